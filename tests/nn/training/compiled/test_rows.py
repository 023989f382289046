"""Dropout factors for a batch: the numbers that single calls would give, in the order in which they would be made."""

from random import Random

import numpy as np
import pytest

from nn import Dropout
from nn.columns.draws import MANY, uniforms
from nn.stand_in import DropoutFactors
from nn.training.compiled.rows import dropout_columns


class Loaded(Random):
    """A generator of somebody's own."""

    def random(self) -> float:
        return super().random() ** 2


@pytest.mark.parametrize("n", [0, 1, MANY - 1, MANY, 2 * MANY + 7])
@pytest.mark.parametrize("kind", [Random, Loaded])
@pytest.mark.parametrize("before", [0, 1, 311, 700])
def test_the_same_numbers_and_the_same_generator_afterwards(n: int, kind: type[Random], before: int) -> None:
    many, single = kind(3), kind(3)
    for rng in (many, single):
        rng.gauss(0.0, 1.0)  # which keeps a second number for later
        for _ in range(before):
            rng.random()
    assert uniforms(many, n).tolist() == [single.random() for _ in range(n)]
    assert many.getstate() == single.getstate()


@pytest.mark.parametrize("examples", [1, 3, 900])
def test_factors_come_in_the_order_of_the_layers_calls(examples: int) -> None:
    """Stage 0: two layers with one generator and one with another; stage 1: one with the first again."""

    def drawn() -> list[DropoutFactors]:
        a, b = Random(1), Random(2)
        layers = [(Dropout(0.3, seed=a), 2, 0), (Dropout(1.0, seed=b), 1, 0), (Dropout(0.6, seed=a), 3, 0)]
        layers.append((Dropout(0.5, seed=a), 2, 1))
        return [DropoutFactors(layer, [None] * n, stage) for layer, n, stage in layers]  # type: ignore[list-item]

    made = drawn()
    expected = np.zeros((examples, 8))
    for stage in (0, 1):
        for row in expected:
            at = 0
            for layer, factors, of in made:
                if of == stage:
                    row[at : at + len(factors)] = layer.draw(len(factors))
                at += len(factors)
    found = np.zeros((examples, 13))
    for dropout in dropout_columns(drawn(), 5):
        found[:, dropout.columns] = dropout.draw(examples)
    assert found[:, 5:].tolist() == expected.tolist()
