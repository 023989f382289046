"""Not here: `import autograd.numpy` is how programs for HIPS's autograd begin, and ends in an error that says so."""

raise ModuleNotFoundError(
    "autograd.numpy belongs to HIPS's autograd; the package autograd that is installed here is chaingrad's. With it, "
    "`import numpy as np` will do: np.exp, np.dot and others take arrays of Values, and derivatives come from "
    "autograd.value_and_grad(f)(x). For HIPS's: `pip uninstall -y autograd chaingrad`, then `pip install autograd`",
    name=__name__,
)
