"""Which cell of which lesson teaches what: concept, lesson, name of the cell, and words that it says or prints."""

from typing import NamedTuple


class Concept(NamedTuple):
    """A concept and the one cell where a reader first meets it worked out."""

    name: str
    lesson: str
    cell: str
    words: str


BUILD, READING = "01-build-it-yourself", "02-reading-a-computation-graph"
NEURON, BY_HAND = "03-the-neuron", "04-a-network-by-hand"
ACTIVATIONS, DESCENT, LOSSES = "06-activation-functions", "07-gradient-descent", "08-losses-and-metrics"
TWO_PATHS = "05-two-paths"

CONCEPTS = [
    Concept(*row)
    for row in (
        ("local derivative", BUILD, "after-picture", "how much the result of the operation changes"),
        ("the chain rule as a sum over paths", BUILD, "after-picture", "If there are several ways, you **add**"),
        ("contributions are added", BUILD, "assign", "dL/da = 1.0   but measured: -2"),
        ("a node waits for all that uses it", BUILD, "too-early", "dc/da = 84.0   but by hand: 36"),
        ("topological order", BUILD, "after-calls", "topological order"),
        ("gradients are set to zero", BUILD, "no-zero", "set to zero:"),
        ("an engine in 40 lines", BUILD, "forty-lines", "def backward(self):"),
        ("the same gradients as the package", BUILD, "random-graphs", "100 graphs, the same gradients"),
        ("a graph is the record of a calculation", READING, "goal", "A **computation graph** is the record"),
        ("colours and shapes", READING, "after-picture", "| grey, dashed | a constant"),
        ("a path, and the sum over paths", READING, "after-picture", "A **path** leads from a leaf"),
        ("the backward pass, step by step", READING, "steps", "m has -3: w gets"),
        ("the trace table and its adjoints", READING, "the-trace-table", "its **adjoint**"),
        ("a neuron, after the brain cell", NEURON, "goal", "model of a brain cell"),
        ("weighted sum, bias, activation: two steps", NEURON, "goal", "adds the products, and adds a **bias**"),
        ("as many weights as inputs", NEURON, "after-picture", "The number of weights is the number of inputs"),
        ("the neuron as a formula, with sums and vectors", NEURON, "after-picture", "O = g(b + x^\\top w)"),
        ("a weight is the importance of its input", NEURON, "what-a-weight-does", "how much its input matters"),
        ("the bias shifts the boundary", NEURON, "after-weights", "The bias moves it without turning it"),
        ("thresholds 0.5 and 0", NEURON, "after-bias", "compare the activation with a **threshold**"),
        ("the perceptron is a linear classifier", NEURON, "the-perceptron-a-linear-classifier", "*linear classifier*"),
        ("training finds weights and bias", NEURON, "the-perceptron-a-linear-classifier", "find weights and a bias"),
        ("XOR is beyond one neuron", NEURON, "xor", "gets 3 of 4 corners of XOR right"),
        ("input, hidden and output layer", NEURON, "layers", "The *input layer* only holds the features"),
        ("fully connected, or dense", NEURON, "layers", '**fully connected** ("dense")'),
        ("features are found, not given", NEURON, "layers", "a person had to invent the features"),
        ("more layers, more abstraction", NEURON, "layers", "more layers, more abstract features"),
        ("forward propagation", NEURON, "layers", "**forward propagation**"),
        ("linear layers collapse into one", NEURON, "collapse", "one neuron"),
        ("an activation makes it non-linear", NEURON, "after-nonlinear", "**non-linear**"),
        ("one output, N outputs, a regression", NEURON, "after-nonlinear", "regression: a number | 1"),
        ("trainable parameters: f·n + n", NEURON, "after-outputs", "f \\cdot n + n"),
        ("28 × 28 pixels in, ten classes out", NEURON, "after-parameters", "784 pixels"),
        ("more neurons: more trends, more training", NEURON, "after-parameters", "training takes longer"),
        ("the student table", BY_HAND, "table", "IQ study play pass"),
        ("small weights to begin with", BY_HAND, "after-table", "Training starts at small random weights"),
        ("z = 1.151 and the forward pass", BY_HAND, "forward-by-hand", "= 1.151"),
        ("the prediction for the first student", BY_HAND, "forward-by-engine", "O1 = 0.7597, O2 = 0.5113"),
        ("a loss, or cost", BY_HAND, "the-loss-how-wrong-is-it", "The **loss** (also called cost)"),
        ("difference, square, half square", BY_HAND, "losses", "difference 0.4887 square 0.2388 half_square 0.1194"),
        ("why a difference is no loss to train on", BY_HAND, "after-losses", "not to train on"),
        ("the chain rule for w4 and w1", BY_HAND, "after-picture", "This is the **chain rule**"),
        ("w2 and w3 go the way of w1", BY_HAND, "after-picture", "only the last factor differs"),
        ("backpropagation", BY_HAND, "after-derivatives-by-hand", "That is **backpropagation**"),
        ("each weight has its own slope", BY_HAND, "derivatives-agree", "∂L/∂w4 = -0.185538"),
        ("the update of a weight", BY_HAND, "one-update", "w_\\text{new} = w_\\text{old} - \\eta"),
        ("one datapoint at a time", BY_HAND, "after-update", "The next student meets the new weights"),
        ("training is a loop of five steps", BY_HAND, "after-update", "5. Repeat, thousands of times"),
        ("convergence, and the optimizer", BY_HAND, "after-update", "the weights have *converged*"),
        ("inputs are scaled", BY_HAND, "why-inputs-are-scaled", "give every column mean 0 and deviation 1"),
        ("two paths: O31 through O21 and through O22", TWO_PATHS, "by-hand", "through O22 and O12: -0.00789761"),
        ("along a path multiply, over paths add", TWO_PATHS, "after-picture", "over the paths you add"),
        ("tied weights", TWO_PATHS, "tied-weights", "called **tied**"),
        ("one neuron that feeds two", TWO_PATHS, "fan-out", "∂O22/∂O11 · ∂O11/∂w1"),
        ("flows through a cut", TWO_PATHS, "flows", "O21 + O22"),
        ("paths are counted, not listed", TWO_PATHS, "very-many", "1,152,921,504,606,846,976 paths"),
        ("activations: ranges, slopes, uses", ACTIVATIONS, "the-idea-as-a-formula", "| sigmoid |"),
        ("ReLU: 0 below 0, linear above", ACTIVATIONS, "the-idea-as-a-formula", "\\max(0, z)"),
        ("softmax", ACTIVATIONS, "softmax", "probabilities"),
        ("a sigmoid's slope is at most ¼", ACTIVATIONS, "why-the-slope-of-a-sigmoid-is-at-most", "\\tfrac14"),
        ("∂O31/∂O21 = σ′(z)·w3", ACTIVATIONS, "why-the-slope-of-a-sigmoid-is-at-most", "z = w_3O_{21} + b_3"),
        ("the vanishing gradient", ACTIVATIONS, "the-vanishing-gradient", "This is the **vanishing gradient**"),
        ("the exploding gradient", ACTIVATIONS, "the-vanishing-gradient", "the **exploding gradient**"),
        ("gradients layer by layer", ACTIVATIONS, "per-layer", "sigmoid, small weights"),
        ("initial weights", ACTIVATIONS, "after-per-layer", "**Initial weights that fit the width.**"),
        ("batch normalisation", ACTIVATIONS, "after-per-layer", "**Batch normalisation.**"),
        ("the loss as a valley", DESCENT, "descend", "def valley(w):"),
        ("a squared loss is a parabola", DESCENT, "goal", "A squared loss is a parabola"),
        ("the gradient ∇, and θ ← θ − η∇L", DESCENT, "goal", "\\theta - \\eta\\,\\nabla_\\theta L"),
        ("the gradient points uphill", DESCENT, "goal", "It points where the loss rises fastest"),
        ("rates: too small, right, too large", DESCENT, "rates", "too large: it oscillates"),
        ("slope 0 means no update", DESCENT, "after-descend", "w_\\text{new} = w_\\text{old}"),
        ("global and local minimum", DESCENT, "after-network-rates", "**local minimum**"),
        ("gradient ascent", DESCENT, "after-two-valleys", "**Gradient ascent**"),
        ("batch, mini-batch, stochastic", DESCENT, "batch-mini-batch-stochastic", "*stochastic* gradient descent"),
        ("epoch, one update for each batch", DESCENT, "batch-mini-batch-stochastic", "one update for each batch"),
        ("batch size", DESCENT, "batch-mini-batch-stochastic", "**batch size**"),
        ("momentum, AdaGrad, RMSProp, Adam", DESCENT, "optimizers", "AdaGrad"),
        ("a loss has a slope, a metric a meaning", LOSSES, "goal", "A **metric** is for you"),
        ("sum and mean of squares, MAE, Huber", LOSSES, "the-idea-as-a-formula", "| mean absolute error (MAE) |"),
        ("the empirical loss", LOSSES, "the-idea-as-a-formula", "*empirical loss*"),
        ("cross-entropies", LOSSES, "after-cross-entropy", "`categorical_cross_entropy`"),
        ("when which loss", LOSSES, "the-idea-as-a-formula", "when a few targets are far off"),
        ("a regression, trained", LOSSES, "regression", "mae y ="),
        ("when accuracy misleads", LOSSES, "after-rare", "**Accuracy misleads**"),
        ("confusion matrix", LOSSES, "confusion", "ill but told healthy"),
        ("precision, recall, F1", LOSSES, "after-confusion", "*harmonic mean*"),
        ("choose a metric for your goal", LOSSES, "after-four-metrics", "Which is worse, you have to decide"),
    )
]
