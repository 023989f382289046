"""What runs at `a * b` and at `backward()`."""

from autograd.engine.value import Value as Value
