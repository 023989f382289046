"""Training as array code: `fit(engine="compiled")` and `fit(engine="auto")`."""

from nn.training.compiled.engine import CompiledEngine as CompiledEngine
