"""Models to and from PyTorch and scikit-learn, every number as it is: outputs and gradients agree to 1e-12 and better.

nn.to_torch(model), nn.from_torch(module)           a torch.nn.Sequential in float64
nn.to_sklearn(model), nn.from_sklearn(estimator)    an MLPClassifier or MLPRegressor, fitted
"""

from nn.exchange.sklearn import from_sklearn as from_sklearn
from nn.exchange.sklearn import to_sklearn as to_sklearn
from nn.exchange.torch import to_torch as to_torch
from nn.exchange.torch_reading import from_torch as from_torch
