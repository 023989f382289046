"""Pictures of training with matplotlib: every function draws into `ax` (or a new figure) and returns the Axes."""

from nn.plots.boundary import decision_boundary as decision_boundary
from nn.plots.classes import confusion_matrix as confusion_matrix
from nn.plots.curves import learning_rates as learning_rates
from nn.plots.curves import loss_curve as loss_curve
from nn.plots.curves import metric_curve as metric_curve
from nn.plots.descent import loss_along_weight as loss_along_weight
from nn.plots.functions import activation_functions as activation_functions
from nn.plots.gradients import gradient_sizes as gradient_sizes
from nn.plots.network import network as network
from nn.plots.weights import first_layer as first_layer
