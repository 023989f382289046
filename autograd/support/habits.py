"""What other libraries call the things that have another name here: one table, which `answers` reads.

The words are those of PyTorch, Keras, scikit-learn, NumPy, JAX, HIPS's autograd and micrograd. Those of keywords are in
`nn/keywords.py`, as a keyword means another thing to another function.
"""

__all__ = ["CLOSED", "NOT_BY_HAND", "PAGE", "TABLE", "WORDS"]

PAGE = "docs/closed-value.md"
CLOSED = f": a Value is closed (see {PAGE}). Keep what you add in a class of your own that holds a Value"
NOT_BY_HAND = (
    ": what a Value was computed from is recorded by its operators and functions, and not told to it; an operation of "
    "your own is a function under @autograd.operation"
)
ARRAYS = "a Value is one number: make a list, such as [Value(0.0) for _ in range(n)], or a NumPy array of objects"
ACTIVATION = 'an activation is a name, as in nn.Layer(nin, nout, "relu"), or a layer, nn.ActivationLayer("relu")'
NO_IMAGES = "there are only layers of neurons here, nn.Layer(nin, nout); a picture is a list of numbers to them"
SAVED = 'fit(..., checkpoint="folder") writes one after every epoch, early_stopping=True keeps the best weights'
SCHEDULES = (
    "a rate that changes is a function of the step, as in fit(..., schedule=nn.schedules.cosine(0.1, steps=100))"
)
LAYER = "a layer of neurons is nn.Layer(nin, nout)"
LINEAR = "Linear Dense FullyConnected Affine LazyLinear"
ACTIVATIONS = (
    "ReLU LeakyReLU PReLU ReLU6 ELU SELU GELU SiLU Swish Mish Tanh Sigmoid LogSigmoid Softmax LogSoftmax Softplus "
    "Softsign Hardtanh Identity"
)
NOT_ONE_NUMBER = "a Value is one number: leave it out; of a list of Values autograd has sum, mean and max"
SAVE = 'a notebook shows it by itself; as a file draw(x).save("graph.svg"), in the browser autograd.view(x)'
DATA = "fit makes batches by itself; by hand there is nn.data.batches(X, y, batch_size=32)"

# By owner, then: the words, separated by blanks, and what does the job here.
TABLE: dict[str, dict[str, str]] = {
    "autograd": {
        "tensor Tensor Variable Scalar Node Var": 'a number that records is autograd.Value(2.0, label="x")',
        "Parameter": 'a parameter is Value(2.0, role="parameter")',
        "array asarray zeros ones full eye arange linspace stack cat concatenate rand randn": ARRAYS,
        "numpy np jnp": "import numpy as np, whose functions take Values and lists of them, as in np.exp([x, y])",
        "elementwise_grad egrad": "derivative(f)(x) is for one number; of several, [derivative(f)(x) for x in xs]",
        "vjp make_vjp": "use grad(output, inputs, seed=...)",
        "make_jvp forward_ad": "use jvp(f)(x, v)",
        "jacfwd jacrev jacobian_matrix": "use jacobian(f)(x)",
        "make_hvp hessian_vector_product": "use hvp(f)(x, v)",
        "jit vmap pmap tf_function": "use compile(f), or of a recorded graph compile(loss, inputs=[x])",
        "GradientTape tape": "every operation is recorded; loss.backward(), then w.grad",
        "backward": "it is a method: loss.backward(), then w.grad",
        "gradients": "use grad(loss, [w, b])",
        "Function Primitive primitive defvjp custom_vjp custom_jvp": "use @autograd.operation(derivative)",
        "inference_mode set_grad_enabled stop_gradient": "use `with no_grad():`, or x.detach()",
        "set_detect_anomaly": "use `with detect_anomaly():`",
        "gradcheck check_grads check_grad gradgradcheck numerical_grad": "use autograd.testing.gradcheck(f, inputs)",
        "draw_dot draw_graph make_dot trace": "use draw(root)",
        "nn optim losses MLP Neuron Layer Module": "networks are in a package beside this one: import nn",
        "cross_entropy mse_loss binary_cross_entropy": "losses are in nn.losses",
        "matmul mm inner": "use dot(row, x) for each row, or np.array([...]) @ x",
        "pow": "use x ** n, or power(x, n)",
        "mul sub div neg": "use x * y, x - y, x / y, -x; as functions multiply, subtract, divide, negative",
        "absolute fabs": "use abs(x)",
        "expit logistic": "use sigmoid(x)",
        "log_sigmoid": "use logsigmoid(x)",
        "swish": "use silu(x)",
        "ln": "use log(x)",
        "radians": "use deg2rad(x)",
        "degrees": "use rad2deg(x)",
        "clip": "use clamp(x, low, high)",
        "seed manual_seed": "use random.seed(...), or the seed=... of what draws numbers",
    },
    "Value": {
        "clone": "x + 0 is a node of its own, copy.copy(x) another leaf or the same operation",
        "cpu cuda to": "there is no device to choose: leave it out",
        "numpy": "use x.data, a float",
        "requires_grad_": "set x.requires_grad = True",
        "retain_grad": "leave it out: every node keeps its grad",
        "grad_fn": "use x.op, x.operands and x.local_grads",
        "zero_grad": "set x.grad = 0.0; for all of a model model.zero_grad()",
        "gradient": "use x.grad",
        "value val": "use x.data",
        "name": "use x.label",
        "children parents _children": "use x.operands, or micrograd's x._prev",
        "pow": "use x ** n",
        "abs": "use abs(x)",
        "clamp": "use x.clip(low, high), or autograd.clamp(x, low, high)",
        "softmax log_softmax": "it goes over a list of Values: autograd.softmax([x, y])",
        "sum mean": NOT_ONE_NUMBER,
        "shape": "a Value is one number, a float: x.data",
        "zero_": "set x.data = 0.0; a gradient x.grad = 0.0",
        "add_ sub_ mul_ copy_ fill_": "set x.data = ..., as in x.data -= 0.1 * x.grad",
        "register_hook": "read x.grad after backward(), or give an operation of your own another derivative: "
        "@autograd.operation",
    },
    "nn": {
        LINEAR: LAYER,
        f"{ACTIVATIONS} Activation": ACTIVATION,
        "relu tanh sigmoid softmax log_softmax gelu silu": "functions of Values are in autograd, as autograd.relu",
        "MSELoss MeanSquaredError mse mse_loss": 'use nn.losses.mse; to fit, loss="mse"',
        "L1Loss MeanAbsoluteError mae l1_loss": 'use nn.losses.mae; to fit, loss="mae"',
        "HuberLoss SmoothL1Loss Huber": 'use nn.losses.huber; to fit, loss="huber"',
        "BCELoss BinaryCrossentropy": "use nn.losses.binary_cross_entropy",
        "BCEWithLogitsLoss": "use nn.losses.binary_cross_entropy_with_logits",
        "CrossEntropyLoss SparseCategoricalCrossentropy": "use nn.losses.cross_entropy, on raw scores",
        "NLLLoss CategoricalCrossentropy": "use nn.losses.cross_entropy on raw scores, or categorical_cross_entropy on "
        "probabilities",
        "HingeEmbeddingLoss SoftMarginLoss HingeLoss Hinge": "use nn.losses.hinge",
        "cross_entropy categorical_cross_entropy binary_cross_entropy binary_cross_entropy_with_logits huber hinge "
        "squared_hinge squared_error": "losses are in nn.losses, as nn.losses.cross_entropy",
        "functional F": "functions of Values are in autograd, losses in nn.losses",
        "Model Network NeuralNetwork NN": "a class of your own is a subclass of nn.Module that defines __call__",
        "MultiLayerPerceptron Perceptrons": "use nn.MLP(2, [16, 16, 1])",
        "ModuleList ModuleDict ParameterList": "a list or a dict of modules as an attribute will do",
        "Parameter": 'a parameter is autograd.Value(2.0, role="parameter")',
        "Value Tensor": "numbers that record are in the package beside this one: from autograd import Value",
        "Conv1d Conv2d Conv3d Conv2D MaxPool2d MaxPooling2D RNN LSTM GRU Embedding Transformer Flatten": NO_IMAGES,
        "BatchNorm1d BatchNorm2d BatchNormalization": "use nn.BatchNorm(width)",
        "LayerNorm GroupNorm": "there is nn.BatchNorm(width)",
        "Dropout1d Dropout2d AlphaDropout": "use nn.Dropout(p)",
        "Input InputLayer": "the first layer says how many inputs there are: nn.Layer(nin, nout)",
        "DataLoader TensorDataset Dataset": DATA,
        "ModelCheckpoint": SAVED,
        "LearningRateScheduler StepLR ExponentialLR CosineAnnealingLR LambdaLR LinearLR lr_scheduler": SCHEDULES,
        "TensorBoard CSVLogger History_": "what fit returns is the log: history.history",
        "MLPClassifier MLPRegressor Classifier Regressor": "estimators are in nn.sklearn",
        "Trainer train": "use model.fit(X, y), or nn.fit(model, X, y)",
        "train_test_split": "use nn.data.train_validation_split(X, y)",
        "StandardScaler standardize normalize": "use nn.data.standardise(X)",
        "to_categorical OneHotEncoder": "use nn.data.one_hot(y)",
        "utils clip_grad_norm_ clip_grad_value_": "use nn.clipping, or fit(..., clip_norm=1.0)",
        "accuracy accuracy_score precision recall f1": 'metrics are in nn.metrics; to fit, metrics=["accuracy"]',
        "moons make_moons xor circles iris spiral": "data sets are in nn.datasets",
        "Momentum Nesterov": "use nn.SGD(parameters, lr=0.1, momentum=0.9)",
        "RMSprop": "use nn.RMSProp(parameters)",
        "AdaGrad": "use nn.Adagrad(parameters)",
        "l1 l2 L1 L2 regularizers": "use fit(..., l2=0.001), or nn.regularization",
        "manual_seed seed": "use random.seed(...), or the seed=... of what draws numbers",
        "no_grad": "use autograd.no_grad()",
        "load_model": "use nn.load(path)",
        "save_model": "use nn.save(model, path)",
    },
    "Module": {
        "forward call": "a model is called, model(x), and a class of your own defines __call__(self, x)",
        "compile": 'there is nothing to compile before fit: model.fit(X, y, loss="mse", optimizer="adam")',
        "score": 'use model.evaluate(X, y, metrics=["accuracy"])',
        "add append": "the layers are given at once: nn.Sequential(layer, layer), or model.layers.append(layer)",
        "get_weights weights trainable_variables trainable_weights variables": "use model.parameters()",
        "set_weights": "use model.load_state_dict(state)",
        "save_weights": "use model.save(path)",
        "load": "use nn.load(path), or model.load_weights(path)",
        "weight": "the weights of a neuron are neuron.w; the neurons of a layer are layer.neurons",
        "bias": "the bias of a neuron is neuron.b; the neurons of a layer are layer.neurons",
        "coef_ coefs_ intercept_ intercepts_": "use model.parameters(), or model.state_dict()",
        "to cuda cpu half float double device": "there is no device and no type to choose: leave it out",
        "requires_grad_": "use model.freeze() or model.unfreeze()",
        "trainable": "use model.freeze() or model.unfreeze()",
        "apply": "use a loop: for part in model.modules()",
        "named_children": "use model.children()",
        "register_buffer register_parameter register_forward_hook add_module": "set an attribute; see nn.Module",
        "backward": "it is a method of the loss: loss.backward()",
        "step": "it is a method of an optimizer: nn.SGD(model.parameters(), lr=0.1).step()",
        "train_on_batch partial_fit": "use model.fit(X, y): it goes on from the weights that the model has",
        "predict_on_batch": "use model.predict(X), or model.batch(X) for Values",
        "transform": "use model.predict(X), or model.activations(x) for every layer",
        "count_params num_parameters n_params": "use model.summary(), or len(model.parameters())",
        "plot draw": "use nn.plots.network(model), or autograd.draw(model(x))",
        "history": "it is what fit returns: history = model.fit(X, y)",
        "clone": "use copy.deepcopy(model)",
        "zero_grads": "use model.zero_grad()",
    },
    "History": {
        "plot": "use nn.plots.loss_curve(history)",
        "items keys values get": "history.history is a dict; history['loss'] one of its lists",
        "to_frame to_df to_csv": "use pandas.DataFrame(history.history)",
        "params": "use history.settings",
        "loss_curve_ losses": "use history['loss']",
        "validation_scores_": "use history['val_loss']",
        "n_iter_": "use history.epochs",
        "best_score_ best_loss_": "use min(history['val_loss'])",
    },
    "nn.losses": {
        "MSELoss mse_loss MeanSquaredError": "use mse",
        "L1Loss l1_loss l1": "use mae",
        "l2": "use mse, or squared_error for the sum",
        "rmse root_mean_squared_error": "use mse: it has its least value at the same weights",
        "HuberLoss SmoothL1Loss huber_loss smooth_l1_loss": "use huber",
        "BCELoss bce BCE binary_cross_entropy_loss log_loss": "use binary_cross_entropy, on probabilities, or "
        "binary_cross_entropy_with_logits, on raw scores",
        "BCEWithLogitsLoss bce_with_logits": "use binary_cross_entropy_with_logits",
        "CrossEntropyLoss ce crossentropy softmax_cross_entropy": "use cross_entropy, on raw scores",
        "NLLLoss nll nll_loss negative_log_likelihood": "use cross_entropy, on raw scores",
        "hinge_loss svm": "use hinge",
        "kl_div kld KLDivLoss kullback_leibler_divergence": "cross_entropy has the same slopes",
        "squared_loss sse": "use squared_error",
    },
    "nn.layers": {
        LINEAR: LAYER,
        f"{ACTIVATIONS} Activation": ACTIVATION,
        "Layer Neuron MLP Sequential": "from nn import Layer, Neuron, MLP, Sequential",
        "Input InputLayer": "the first layer says how many inputs there are: nn.Layer(nin, nout)",
        "Conv1d Conv2d Conv3d Conv2D MaxPool2d MaxPooling2D RNN LSTM GRU Embedding Flatten": NO_IMAGES,
        "BatchNorm1d BatchNorm2d BatchNormalization LayerNorm": "there is nn.BatchNorm(width)",
    },
    "nn.activations": {
        ACTIVATIONS: ACTIVATION,
        "relu leaky_relu elu selu silu swish gelu gelu_tanh mish softplus sigmoid logistic logsigmoid tanh hardtanh "
        "softsign softmax log_softmax": "functions of Values are in autograd, as autograd.relu; to a layer an "
        'activation is its name, as in nn.Layer(nin, nout, "relu")',
        "linear identity": 'it is the name of an activation, as in nn.Layer(nin, nout, "linear")',
    },
    "nn.init": {
        "xavier_uniform_ glorot_uniform GlorotUniform": 'use xavier_uniform; to a layer init="xavier_uniform"',
        "xavier_normal_ glorot_normal GlorotNormal": 'use xavier_normal; to a layer init="xavier_normal"',
        "kaiming_uniform_ kaiming_uniform HeUniform": 'use he_uniform; to a layer init="he_uniform"',
        "kaiming_normal_ kaiming_normal HeNormal": 'use he_normal; to a layer init="he_normal"',
        "uniform_ RandomUniform random": 'use uniform; to a layer init="uniform"',
        "normal_ RandomNormal": 'use normal; to a layer init="normal"',
        "zeros_ Zeros": 'use zeros; to a layer init="zeros"',
        "ones_ constant_ constant ones Constant Ones": "give a rule of your own, init=lambda fan_in, fan_out, rng: 1.0",
        "calculate_gain": "use gain",
    },
    "nn.datasets": {
        "make_moons load_moons two_moons": "use moons",
        "make_circles": "use circles",
        "spiral make_spiral make_spirals": "use spirals",
        "load_iris fetch_iris": "use iris",
        "load_digits": "use digits",
        "mnist MNIST load_mnist fetch_openml": "digits has small ones; nn.idx.load_mnist(folder) reads MNIST's "
        "files, and `python -m nn digits` learns them",
        "make_classification make_blobs blobs": "there is moons, circles, spirals and xor",
    },
    "nn.optim": {
        "Momentum momentum nesterov Nesterov": "use SGD with momentum=0.9; to fit, "
        "optimizer=functools.partial(nn.SGD, momentum=0.9)",
        "RMSprop": "use RMSProp",
        "AdaGrad": "use Adagrad",
        "adamax nadam radam adadelta Adamax NAdam RAdam Adadelta lion Lion": "use adam, which is near to it",
        "lbfgs LBFGS": "use adam; of second order there is autograd.hvp",
        "GradientDescent gradient_descent gd batch_gradient_descent": "use sgd; to fit, with batch_size=None",
        "lr_scheduler": SCHEDULES,
    },
    "Optimizer": {
        "learning_rate": "use optimizer.lr",
        "param_groups defaults": "use optimizer.hyperparameters and optimizer.parameters",
        "minimize apply_gradients": "use optimizer.zero_grad(), loss.backward(), optimizer.step()",
    },
    "nn.metrics": {
        "accuracy_score Accuracy BinaryAccuracy": "use accuracy",
        "f1_score F1": "use f1",
        "r2_score": "use r2",
        "precision_score Precision": "use precision",
        "recall_score Recall sensitivity": "use recall",
        "mean_squared_error MeanSquaredError": "use mse",
        "mean_absolute_error": "use mae",
        "rmse root_mean_squared_error": "use mse, and take the root of it",
        "roc_auc roc_auc_score AUC auc classification_report balanced_accuracy": "there is precision, recall, f1 and "
        "confusion_matrix; scikit-learn's take these lists too",
        "log_loss": "use nn.losses.binary_cross_entropy",
    },
    "nn.callbacks": {
        "ModelCheckpoint": SAVED,
        "LearningRateScheduler": SCHEDULES,
        "LambdaCallback": "a function (epoch, logs) is a callback",
        "CSVLogger TensorBoard History ProgbarLogger": "what fit returns is the log: history.history",
        "TerminateOnNaN": "fit stops by itself: TrainingError",
    },
    "nn.schedules": {
        "StepLR MultiStepLR step": "use step_decay(rate, every)",
        "ExponentialLR ExponentialDecay": "use exponential(rate, factor)",
        "CosineAnnealingLR CosineDecay": "use cosine(rate, steps)",
        "LinearLR PolynomialDecay": "use linear(start, end, steps)",
        "LambdaLR": "any function of the step is a schedule",
        "ReduceLROnPlateau": "it is a callback: nn.callbacks.ReduceLROnPlateau()",
        "OneCycleLR": "use warmup_cosine(rate, warmup_steps, steps)",
    },
    "nn.data": {
        "train_test_split split": "use train_validation_split(X, y)",
        "standardize StandardScaler normalize scale": "use standardise(X)",
        "to_categorical OneHotEncoder": "use one_hot(y)",
        "DataLoader TensorDataset": "use batches(X, y, batch_size=32)",
        "shuffle": "use batches(X, y, batch_size=32, shuffle=True)",
    },
    "Drawing": {
        "render view show plot display savefig write save_svg": SAVE,
        "pipe": "use drawing.svg, or drawing.source for the DOT text",
    },
    # Hooks that another library calls; `fit` does not.
    "Callback": {
        "on_batch_end on_step_end on_train_step_end": "use on_train_batch_end",
        "on_batch_begin on_step_begin on_batch_start on_train_batch_start": "use on_train_batch_begin",
        "on_train_epoch_end on_validation_end on_validation_epoch_end on_test_end": "use on_epoch_end",
        "on_train_epoch_start on_epoch_start": "use on_epoch_begin",
        "on_fit_start on_train_start on_fit_begin": "use on_train_begin",
        "on_fit_end": "use on_train_end",
        "on_test_begin on_test_batch_begin on_test_batch_end on_predict_begin on_predict_end on_predict_batch_begin "
        "on_predict_batch_end": "evaluate and predict call no callbacks",
    },
}  # fmt: skip

WORDS = {owner: {word: text for words, text in rows.items() for word in words.split()} for owner, rows in TABLE.items()}
