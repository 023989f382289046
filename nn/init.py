"""Initial weights: a rule `(fan_in, fan_out, rng) -> float` draws one weight of a layer with `fan_in` inputs and
`fan_out` outputs from the generator it is given. Biases start at 0.

Without `init=`, the activation of a layer decides by `DEFAULTS`: He's rule before relu and its kin, LeCun's before
selu, Glorot's before everything else, each as its paper has it, so that numbers neither grow nor fade from layer to
layer. A layer knows its own activation only: where that is a stage of its own, as in
`Sequential(Layer(2, 8, "linear"), ActivationLayer("relu"))`, say init="he_normal". micrograd's rule is init="uniform".

Settings are bound with `functools.partial(nn.init.normal, std=0.1)`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from autograd.support import answers
from autograd.support.seeds import PYTHONS, own_generator
from autograd.support.settings import check_number, check_text
from autograd.support.text import short
from nn.columns import named_number, normals, uniforms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

InitRule = Callable[[int, int, Random], float]
BAD_WEIGHT = "init must return one number for each weight"
MANY = 2000  # weights that are drawn one by one as soon as NumPy is imported


def zeros(fan_in: int, fan_out: int, rng: Random) -> float:
    """0 for every weight: all neurons of a hidden layer then stay equal for ever, which is worth seeing once."""
    return 0.0


def given(fan_in: int, fan_out: int, rng: Random) -> float:
    """0 until the weights come from elsewhere: from a file, or from another library's network."""
    return 0.0


def uniform(fan_in: int, fan_out: int, rng: Random, *, low: float = -1.0, high: float = 1.0) -> float:
    """Uniform between two bounds, whatever the width; −1 to 1 is micrograd's rule.

    >>> uniform(2, 16, Random(0))
    0.6888437030500962
    """
    return rng.uniform(low, high)


def normal(fan_in: int, fan_out: int, rng: Random, *, mean: float = 0.0, std: float = 1.0) -> float:
    """Normal with a mean and a standard deviation, whatever the width.

    >>> from functools import partial
    >>> small = partial(normal, std=0.01)
    >>> abs(small(2, 16, Random(0))) < 0.05
    True
    """
    return rng.gauss(mean, std)


def xavier_uniform(fan_in: int, fan_out: int, rng: Random, *, gain: float = 1.0) -> float:
    """Uniform within ±gain·√(6 / (fan_in + fan_out)), for tanh and sigmoid layers (Glorot and Bengio 2010).

    >>> abs(xavier_uniform(16, 4, Random(0))) <= 0.5477225575051661
    True
    """
    bound = gain * math.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound)


def xavier_normal(fan_in: int, fan_out: int, rng: Random, *, gain: float = 1.0) -> float:
    """Normal with standard deviation gain·√(2 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""
    return rng.gauss(0.0, gain * math.sqrt(2.0 / (fan_in + fan_out)))


def he_uniform(fan_in: int, fan_out: int, rng: Random, *, gain: float = math.sqrt(2.0)) -> float:
    """Uniform within ±gain·√(3 / fan_in), for ReLU layers (He et al. 2015).

    >>> abs(he_uniform(16, 4, Random(0))) <= 0.6123724356957945
    True
    """
    bound = gain * math.sqrt(3.0 / fan_in)
    return rng.uniform(-bound, bound)


def he_normal(fan_in: int, fan_out: int, rng: Random, *, gain: float = math.sqrt(2.0)) -> float:
    """Normal with standard deviation gain / √fan_in, for ReLU layers (He et al. 2015)."""
    return rng.gauss(0.0, gain / math.sqrt(fan_in))


def lecun_uniform(fan_in: int, fan_out: int, rng: Random) -> float:
    """Uniform within ±√(3 / fan_in), which has the variance 1 / fan_in (LeCun et al. 1998)."""
    return he_uniform(fan_in, fan_out, rng, gain=1.0)


def lecun_normal(fan_in: int, fan_out: int, rng: Random) -> float:
    """Normal with standard deviation 1 / √fan_in, for selu layers, as its paper wants it (Klambauer et al. 2017)."""
    return he_normal(fan_in, fan_out, rng, gain=1.0)


RULES: dict[str, InitRule] = {
    "zeros": zeros,
    "uniform": uniform,
    "normal": normal,
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "glorot_uniform": xavier_uniform,
    "glorot_normal": xavier_normal,
    "kaiming_uniform": he_uniform,
    "kaiming_normal": he_normal,
}

# Of these about half of the numbers come through, those on one side of 0: weights of twice the variance make up for it.
HALF_OPEN = ("relu", "leaky_relu", "elu", "silu", "gelu", "gelu_tanh", "mish", "softplus", "logsigmoid")
DEFAULTS: dict[str, InitRule] = {**dict.fromkeys(HALF_OPEN, he_normal), "selu": lecun_normal}
"""The rule for each activation that has one of its own; `xavier_uniform` is that of all others."""

GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": math.sqrt(2.0), "selu": 0.75}


def get(rule: str | InitRule | None, activation: str = "linear") -> InitRule:
    """The rule of that name; a rule of your own as it is; for None the default before that activation.

    Raises ValueError for a name that is not among `RULES`, TypeError for what is neither a name nor a function, and for
    an activation that is no name.

    >>> get("glorot_uniform") is xavier_uniform, get(None, "relu") is he_normal, get(None, "tanh") is xavier_uniform
    (True, True, True)
    """
    activation = check_text("get", "activation", activation)
    if rule is None:
        return DEFAULTS.get(activation, xavier_uniform)
    if isinstance(rule, str):
        if rule.lower() not in RULES:
            raise ValueError(f"init={short(rule)} is not known: choose one of {', '.join(RULES)}, or give a function")
        return RULES[rule.lower()]
    if not callable(rule):
        raise TypeError(f"init is a name or a function (fan_in, fan_out, rng) -> float, got {short(rule)}")
    return rule


def name_of(rule: InitRule) -> str:
    """What `model.summary()` calls a rule: its name, with the settings that are bound to it.

    >>> name_of(he_normal), name_of(partial(normal, std=0.1))
    ('he_normal', 'normal(std=0.1)')
    """
    if isinstance(rule, partial):
        return f"{name_of(rule.func)}({', '.join(f'{name}={short(x)}' for name, x in rule.keywords.items())})"
    return str(getattr(rule, "__name__", type(rule).__name__))


def drawn(rule: InitRule, fan_in: int, fan_out: int, rng: Random, n: int) -> array[float] | NDArray[np.float64]:
    """The next n weights: `rule(fan_in, fan_out, rng)` n times, the same numbers from the same generator.

    Those of a rule of this file are drawn at once where there are many. Raises TypeError for a rule of your own that
    gives no number.

    >>> rng = Random(1)
    >>> drawn(he_normal, 50, 60, Random(1), 3000).tolist() == [he_normal(50, 60, rng) for _ in range(3000)]
    True
    """
    if n >= MANY and type(rng) is Random and _is_own(rule):
        asked = _Asked()
        weight = rule(fan_in, fan_out, asked)
        if asked.of == "gauss":
            mean, std = asked.settings
            return mean + normals(rng, n) * std
        if asked.of == "uniform":
            low, high = asked.settings
            return low + (high - low) * uniforms(rng, n)
        return array("d", [weight]) * n
    return array("d", [named_number(BAD_WEIGHT, rule(fan_in, fan_out, rng)) for _ in range(n)])


class _Asked(Random):
    """In place of a generator: it takes note of what a rule asks of one, and with which settings."""

    of = ""
    settings = (0.0, 0.0)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        self.of, self.settings = "gauss", (mu, sigma)
        return mu

    def uniform(self, a: float, b: float) -> float:
        self.of, self.settings = "uniform", (a, b)
        return a


def _is_own(rule: InitRule) -> bool:
    while isinstance(rule, partial):
        if rule.args or not all(type(x) in (int, float) for x in rule.keywords.values()):
            return False
        rule = rule.func
    return rule in RULES.values()


def gain(activation: str, slope: float = 0.01) -> float:
    """The factor on the weights that keeps the variance through an activation, as PyTorch has it; √(2 / (1 + slope²))
    for a leaky ReLU.

    Raises ValueError for an activation without one.

    >>> gain("tanh"), gain("leaky_relu", 0.2)
    (1.6666666666666667, 1.3867504905630728)
    """
    slope = check_number("gain", "slope", slope)
    if not isinstance(activation, str):
        raise TypeError(f"gain: activation must be the name of one, got {short(activation)}")
    if activation == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + slope * slope))
    if activation not in GAINS:
        raise ValueError(f"no gain is known for {short(activation)}: choose one of {', '.join(GAINS)}, leaky_relu")
    return GAINS[activation]


def generator(seed: int | Random | None) -> Random:
    """The generator that weights are drawn from: a new one for a seed, the very one that is given, Python's for None.

    Python's is the one that `random.seed` starts: after `random.seed(1337)` the weights of init="uniform" are
    micrograd's. Raises TypeError for anything else.

    >>> generator(7).random() == Random(7).random()
    True
    """
    return PYTHONS if seed is None else own_generator("a generator", seed)


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.init")
