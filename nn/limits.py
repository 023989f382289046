"""What a setting may be: checked when it is given, with an error that names the setting, its value and the remedy."""

import math
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from autograd.support.convert import to_float
from autograd.support.settings import check_count as check_count
from autograd.support.settings import check_flag


class Limit(NamedTuple):
    """A range that a number must lie in; `flag` for True or False, `pair` for two numbers of the range."""

    wanted: str
    low: float = -math.inf
    below: float = math.inf
    flag: bool = False
    pair: bool = False

    def check(self, owner: str, name: str, given: Any) -> Any:
        """The setting as a float, a bool or a pair of floats.

        Raises TypeError if it is of another kind, ValueError if it lies outside of the range; nan lies outside.

        >>> NON_NEGATIVE.check("SGD", "lr", -0.1)
        Traceback (most recent call last):
        ValueError: SGD: lr must be a finite number from 0 on, got -0.1
        """
        if self.flag:
            return check_flag(owner, name, given)
        if self.pair:
            if not isinstance(given, (tuple, list)) or len(given) != 2:
                raise TypeError(f"{owner}: {name} must be {self.wanted}, got {given!r}")
            return tuple(self._number(owner, f"{name}[{i}]", x) for i, x in enumerate(given))
        return self._number(owner, name, given)

    def _number(self, owner: str, name: str, given: Any) -> float:
        try:
            x = to_float(given)
        except TypeError as error:
            raise TypeError(f"{owner}: {name} must be {self.wanted}, got {given!r}") from error
        if not self.low <= x < self.below:
            raise ValueError(f"{owner}: {name} must be {self.wanted}, got {given!r}")
        return x


NUMBER = Limit("a finite number", -sys.float_info.max)
NUMBERS = Limit("a pair of finite numbers", -sys.float_info.max, pair=True)
NON_NEGATIVE = Limit("a finite number from 0 on", 0.0)
PROBABILITY = Limit("a number from 0 to 1", 0.0, math.nextafter(1.0, 2.0))
FRACTION = Limit("a number from 0 on and below 1", 0.0, 1.0)
FRACTIONS = Limit("a pair of numbers from 0 on and below 1", 0.0, 1.0, pair=True)
FLAG = Limit("True or False", flag=True)


def check_settings(owner: str, settings: Mapping[str, Any], limits: Mapping[str, Limit]) -> dict[str, Any]:
    """Every setting after its check, in the order of the limits.

    >>> check_settings("SGD", {"lr": 1, "nesterov": False}, {"lr": NON_NEGATIVE, "nesterov": FLAG})
    {'lr': 1.0, 'nesterov': False}
    """
    return {name: limit.check(owner, name, settings[name]) for name, limit in limits.items()}
