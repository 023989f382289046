"""Mistakes planted in gradients: each is named by its place, to whatever digits it is given, and nothing else is."""

import math
import re
from random import Random

import pytest

from autograd import Value, exp, label, relu, sigmoid, tanh
from autograd.graph import topological_order
from autograd.testing import GradientMismatch, assert_gradients
from tests.checking.planted import (
    NETS,
    Planted,
    at,
    digits,
    forgotten,
    halved,
    inverted,
    negated,
    plus,
    squared,
    through,
)

PRODUCT = Planted(lambda node, i, d: 1.0 if node.operands[i].label == "u2" else d)
NUMBER = r"−?[\d.]+(?:e−\d+)?"
# A network, the labels of the wrong gradients, the mistake (None: two numbers swapped), and what the message says, with
# a # for each number.
Row = tuple[str, str, Planted | None, str]
ROWS: list[Row] = [
    ("two_layers", "w1", through("O22", 0), "the path L ← O31 ← O22 ← O11 ← w1 is left out, its product is"),
    ("two_layers", "w4", through("O21", 0), "the path L ← O31 ← O21 ← O12 ← w4 is left out"),
    ("two_layers", "w2", through("O21", 2), "the path L ← O31 ← O21 ← O11 ← w2 is counted twice"),
    ("two_layers", "b1", through("O22", -1), "the path L ← O31 ← O22 ← O11 ← b1 has the wrong sign"),
    ("two_layers", "w3", at("O12", forgotten), r"the factor ∂O12/∂\(.*\) = # is forgotten \(σ′ = σ\(1−σ\)\)"),
    ("two_layers", "w3", at("O21", forgotten), r"the factor ∂O21/∂\(.*\) = # is forgotten"),
    ("two_layers", "w1", at("O31", squared), r"the factor ∂O31/∂\(.*\) = # is there twice"),
    ("two_layers", "w5", at("O21", inverted), r"the factor ∂O21/∂\(.*\) = # is turned round"),
    ("two_layers", "w9", at("L", halved), r"the 2 in ∂L/∂\(1 − O31\) = # is forgotten"),
    ("two_layers", "w9 w10 b5 w5 w6 w7 w8 b3 b4", at("O31", forgotten), r"^all 9: the factor ∂O31/∂\(.*is forgotten"),
    ("two_layers", "w1 w2", at("O22", forgotten), r"^both: the factor ∂O22/∂.*is forgotten"),
    ("two_layers", "w5 w7 w9", at("L", negated), "^all 3: the sign is turned"),
    ("shared", "w1", through("O12", 0), "the path L ← e ← z31 ← O22 ← z22 ← O12 ← z12 ← w1 is left out"),
    ("shared", "w1", through("O11", 0), "the path L ← e ← z31 ← O21 ← z21 ← O11 ← z11 ← w1 is left out"),
    ("shared", "w1", at("O22", forgotten), r"∂O22/∂z22 = # is forgotten \(O22 = tanh\(z22\): tanh′ = 1 − tanh²\)"),
    ("shared", "w1", at("z21", forgotten, "O11"), r"∂z21/∂O11 = # is forgotten \(z21 = w2 · O11: product rule"),
    ("shared", "w2", at("O21", inverted), r"∂O21/∂z21 = # is turned round"),
    ("shared", "w1", at("O12", squared), r"∂O12/∂z12 = # is there twice"),
    ("shared", "w2 w3", None, "^both: the numbers of w2 and w3 are swapped"),
    ("shared", "w1 w2 w3 w4 w5", at("L", halved), "^all 5: one of the 2 uses of e in L = e · e is left out"),
    ("fused", "u1", at("h1", forgotten), r"∂h1/∂z1 = # is forgotten"),
    ("fused", "u2", PRODUCT, r"∂\(.*\)/∂u2 = # is forgotten \(product rule: the other factor"),
    ("fused", "v1 v2 v3", at("h2", forgotten), r"^all 3: the factor ∂h2/∂z2 = # is forgotten"),
    ("fused", "c1", at("q", squared), r"∂q/∂s = # is there twice"),
    ("fused", "a1 a2 d", at("q", inverted), r"^all 3: the factor ∂q/∂s = # is turned round"),
    ("fused", "u1 v1", None, "^both: the numbers of u1 and v1 are swapped"),
    ("fused", "d", at("", forgotten, op="log"), r"∂\(ln\(q\)\)/∂q = # is forgotten \(ln′ = 1/x\)"),
    ("fused", "v1", at("loss", negated), "the sign is turned"),
    ("formula", "a", through("r", 0), "the path y ← r ← f ← a is left out"),
    ("formula", "a", through("t", 0), "the path y ← t ← k ← a is left out"),
    ("formula", "b", at("r", forgotten, "f"), r"∂r/∂f = # is forgotten \(r = f / g: quotient rule: 1/b\)"),
    ("formula", "b", at("f", squared), r"∂f/∂\(a · b\) = # is there twice"),
    ("formula", "a", at("k", lambda d: d / 3.0), r"the 3 in ∂k/∂a = # is forgotten"),
    ("formula", "c", at("g", lambda d: 2.0 * d), r"the 0\.5 in ∂g/∂\(c · c \+ 0\.5\) = # is forgotten"),
    ("formula", "a b", None, "^both: the numbers of a and b are swapped"),
    ("recurrent", "u", through("l1", 0), "the path L ← l1 ← h1 ← u is left out"),
    ("recurrent", "v", at("h2", forgotten), r"∂h2/∂\(.*\) = # is forgotten"),
    ("recurrent", "h0", through("l3", 0), "the path L ← l3 ← h3 ← h2 ← h1 ← h0 is left out"),
    (
        "shared",
        "w1",
        at("O22", plus),
        r"∂O22/∂z22 = # was taken as 1 \+ tanh², with \+ for the − of its rule \(O22 = tanh",
    ),
    ("fused", "v1 v2 v3", at("h2", plus), r"^all 3: ∂h2/∂z2 = # was taken as 1 \+ tanh², with \+ for the − of its"),
    ("recurrent", "h0", at("", plus, op="tanh"), r"is taken with \+ for the − of its rule at every tanh"),
    ("recurrent", "b", at("", halved, op="**"), r"the 2 of the rule is forgotten at every \^"),
    (
        "recurrent",
        "u v b",
        at("L", lambda d: 3.0 * d),
        r"^all 3: the local derivative 0\.3333 is forgotten at L = mean",
    ),
]


def notes(output: Value, by_hand: dict[Value, float]) -> list[str]:
    """The lines below the table; none if the gradients agree or nothing is said."""
    try:
        assert_gradients(by_hand, output=output)
    except GradientMismatch as error:
        return [line for line in str(error).splitlines()[1:] if not line.startswith("  ")]
    return []


def plant(row: Row, seed: int, precision: int = 17) -> list[str]:
    """What the message says of a planted mistake, in the network of this seed."""
    name, labels, mistake, _ = row
    output, p = NETS[name](Random(seed))
    output.backward()
    wrong = [p[label] for label in labels.split()]
    if mistake is None:
        numbers = {wrong[0]: wrong[1].grad, wrong[1]: wrong[0].grad}
    else:
        numbers = {value: mistake.gradient(output, value) for value in wrong}
    return notes(output, {value: digits(number, precision) for value, number in numbers.items()})


def test_what_is_planted_is_right_without_a_mistake() -> None:
    for net in NETS.values():
        output, p = net(Random(3))
        output.backward()
        by_hand = {value: Planted().gradient(output, value) for value in p.values()}
        assert_gradients(by_hand, output=output)
        assert_gradients({v: digits(x, 6) for v, x in by_hand.items()}, output=output, rtol=1e-5)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1].replace(' ', '-')}-{row[3][:30]}")
def test_a_planted_mistake_is_named(row: Row) -> None:
    (line,) = plant(row, seed=1)
    assert re.search(row[3].replace("#", NUMBER), line)


@pytest.mark.parametrize("precision", [17, 5, 4])
@pytest.mark.parametrize("seed", range(20, 24))
def test_mistakes_are_named_with_other_numbers_and_to_few_digits_and_never_wrongly(seed: int, precision: int) -> None:
    named = 0
    for row in ROWS:
        lines = plant(row, seed, precision)
        # Two mistakes may fit, and then both are named; that all are off by one factor is always true.
        expected = row[3].lstrip("^").replace("#", NUMBER)
        assert all(re.search(expected, line) or "same factor" in line for line in lines), lines
        named += any("same factor" not in line for line in lines)
    assert named >= 39


@pytest.mark.parametrize(("precision", "most"), [(17, 0.0), (6, 0.0), (4, 0.01), (3, 0.03), (2, 0.03)])
def test_an_arbitrary_number_gets_no_name(precision: int, most: float) -> None:
    named = total = 0
    for seed in range(8):
        for net in NETS.values():
            random = Random(seed)
            output, p = net(random)
            output.backward()
            for value in p.values():
                by_hand = digits(
                    value.grad * math.exp(random.uniform(-2.0, 2.0)) * random.choice((1, 1, -1)), precision
                )
                named += bool(notes(output, {value: by_hand}))
                total += 1
    assert total > 250 and named <= most * total


# ----- coincidences -----


def two_equal_paths() -> tuple[Value, dict[str, Value]]:
    """Both weights 0.5, and an input of 1: equal numbers on both paths, and a local derivative of 1."""
    p = {name: Value(0.5, name) for name in ("w1", "w2", "w3", "w4")} | {"x": Value(1.0, "x")}
    h, k = sigmoid(p["w1"] * p["x"]), sigmoid(p["w2"] * p["x"])
    o = p["w3"] * h + p["w4"] * k
    label(h=h, k=k, o=o, L=(L := (o - 1.0) ** 2))
    L.backward()
    return L, p


@pytest.mark.parametrize(
    ("name", "times", "said"),
    [
        ("x", 0.5, ""),  # either path left out, the 2 of the square, or a weight there twice
        ("x", 1.5, ""),
        ("x", 2.0, ""),  # both weights forgotten, which nobody can tell from a factor 2
        ("x", -1.0, "x: the sign is turned"),
        ("w1", 2.0, "w1: either all of it is there twice, or the factor ∂(w3 · h)/∂h = 0.5 is forgotten (product rule"),
        ("w1", 0.25, ""),
    ],
)
def test_equal_numbers_give_no_wrong_name(name: str, times: float, said: str) -> None:
    L, p = two_equal_paths()
    lines = notes(L, {p[name]: times * p[name].grad})
    assert lines == [] if not said else len(lines) == 1 and lines[0].startswith(said)


def test_of_equal_gradients_nobody_knows_which_were_swapped() -> None:
    L, p = two_equal_paths()
    w1, w2, w3, w4 = (p[name] for name in ("w1", "w2", "w3", "w4"))
    assert w1.grad == w2.grad and w3.grad == w4.grad
    assert notes(L, {w1: w3.grad, w2: w3.grad, w3: w1.grad, w4: w1.grad}) == []
    assert notes(L, {w1: w3.grad, w3: w1.grad}) == ["both: the numbers of w1 and w3 are swapped"]


def test_a_slope_of_zero_that_was_taken_for_one() -> None:
    p = {name: Value(x, name) for name, x in (("w1", -0.5), ("w2", 0.7), ("w3", 0.9), ("w4", -0.3), ("x", 1.5))}
    z, u = p["w1"] * p["x"], p["w2"] * p["x"]
    h, k = relu(z), relu(u)
    o = p["w3"] * h + p["w4"] * k
    label(z=z, u=u, h=h, k=k, o=o, L=(L := (o - 1.0) ** 2))
    L.backward()
    slope = 2.0 * (o.data - 1.0)
    dead = "the factor ∂h/∂z = 0 is forgotten (h = ReLU(z): ReLU: slope 1 above 0, 0 below)"
    assert p["w1"].grad == 0.0 and notes(L, {p["w1"]: slope * 0.9 * 1.5}) == [f"w1: {dead}"]
    assert notes(L, {p["x"]: p["x"].grad + slope * 0.9 * -0.5}) == [f"x: {dead}"]
    # Nothing comes along that path: that it was left out is no mistake.
    assert notes(L, {p["x"]: slope * -0.3 * 0.7}) == []


def test_whole_numbers_are_named_with_care() -> None:
    a, b, c, f = (Value(x, name) for x, name in ((2.0, "a"), (-3.0, "b"), (10.0, "c"), (-2.0, "f")))
    label(e=(e := a * b), d=(d := e + c), L=(L := d * f))
    L.backward()
    said = {by_hand: notes(L, {a: by_hand}) for by_hand in map(float, range(-12, 13))}
    assert said[-6.0] == ["a: the sign is turned"]
    assert said[-3.0] == ["a: perhaps the factor ∂L/∂d = −2 is forgotten (L = d · f: product rule: the other factor)"]
    assert said[-4.0] == ["a: perhaps ∂e/∂a = −3 is the other factor of the product, and not a = 2 itself"]
    assert all(line.startswith("a: perhaps") for x, lines in said.items() if x != -6.0 for line in lines)
    assert sum(map(bool, said.values())) <= 5


def test_two_mistakes_that_fit_are_both_named_and_three_are_not() -> None:
    x = Value(0.7, "x")
    h = x * 0.6
    k = h * 1.7
    y = exp(k * 0.6)
    label(h=h, k=k, y=y)
    y.backward()
    assert notes(y, {x: x.grad / 0.6}) == [
        "x: either the factor ∂h/∂x = 0.6 is forgotten (h = x · 0.6: product rule: the other factor), or the factor "
        "∂(k · 0.6)/∂k = 0.6 is forgotten (product rule: the other factor): both fit"
    ]
    z = y * 0.6
    z.label = "z"
    x.grad = 0.0
    z.backward()
    assert notes(z, {x: x.grad / 0.6}) == []


def at_input(x: float) -> tuple[Value, dict[str, Value]]:
    """One neuron, in whose sum x is all that tells the gradient by w from the one by b."""
    p = {"w": Value(0.65, "w"), "b": Value(-0.37, "b")}
    h = sigmoid(p["w"] * x + p["b"])
    label(h=h, L=(L := (h - 0.9) ** 2))
    L.backward()
    return L, p


# The input, whose gradient is wrong, and what is said of it where the number is the other one's right gradient.
TAKEN: list[tuple[float, str, str]] = [
    (-1.0, "b", "b: either the sign is turned, or the number is the right gradient by w: both fit"),
    (-1.0, "w", "w: either the sign is turned, or the number is the right gradient by b: both fit"),
    (2.0, "b", "b: either all of it is there twice, or the number is the right gradient by w: both fit"),
    (
        0.5,
        "b",
        r"b: either the 2 in ∂L/∂\(h − 0\.9\) .* is forgotten .*, or the number is the right gradient by w: both",
    ),
    # To forget the factor x is to give the gradient by b: the same in other words.
    (-0.83, "w", r"w: the factor ∂\(w · \(−0\.83\)\)/∂w = −0\.83 is forgotten \(product rule: the other factor\)$"),
]


@pytest.mark.parametrize("precision", [17, 5, 4])
@pytest.mark.parametrize(("x", "name", "said"), TAKEN)
def test_a_number_that_is_the_right_gradient_of_another_one(x: float, name: str, said: str, precision: int) -> None:
    L, p = at_input(x)
    (line,) = notes(L, {p[name]: digits(p["w" if name == "b" else "b"].grad, precision)})
    assert re.search(f"^{said}", line)


@pytest.mark.parametrize("precision", [17, 5, 4])
def test_a_number_of_another_gradient_gets_no_other_name(precision: int) -> None:
    pairs = named = 0
    for net in NETS.values():
        output, p = net(Random(12))
        output.backward()
        for a in p.values():
            for b in p.values():
                if a is not b:
                    lines = notes(output, {a: digits(b.grad, precision)})
                    # In a sum of w · x and b, to forget x in the gradient by w is to give that by b.
                    assert all("right gradient by" in x or re.search(r"/∂\w+ = .* is forgotten", x) for x in lines), (
                        lines
                    )
                    pairs, named = pairs + 1, named + bool(lines)
    assert pairs > 300 and named < pairs / 10


def test_what_is_one_mistake_at_any_numbers_is_no_other_ones_gradient() -> None:
    a, b = Value(0.57, "a"), Value(-0.22, "b")
    y = sigmoid(a - b) * 1.3
    y.backward()
    assert notes(y, {b: a.grad}) == ["b: the sign is turned"]


def test_of_two_examples_without_names_the_one_left_out_is_told_by_its_numbers() -> None:
    a, b = Value(0.6, "a"), Value(-0.4, "b")
    terms = [(a * x + b - t) ** 2 for x, t in ((0.3, 0.5), (-1.1, 0.2), (0.7, -0.6))]
    label(L=(L := (terms[0] + terms[1] + terms[2]) * 0.25))
    L.backward()
    rest = terms[1].operands[0].data * 2.0 * -1.1 * 0.25
    (line,) = notes(L, {a: digits(a.grad - rest, 5)})
    assert re.search(r"^a: the path L ← .*\(a · \(−1\.1\)\) ← a is left out, its product is 0\.693", line)


@pytest.mark.parametrize("x", [0.08, -0.12])
def test_a_plus_in_the_rule_and_a_factor_turned_round_are_as_good_as_one_for_a_small_tanh(x: float) -> None:
    w = Value(x, "w")
    h = tanh(w)
    y = h * 0.43
    label(h=h, y=y)
    y.backward()
    wrong, turned = 0.43 * (1.0 + h.data**2), 0.43 / (1.0 - h.data**2)
    plus_, round_ = r"was taken as 1 \+ tanh², with \+ for", "is turned round"
    for number in (digits(wrong, 3), digits(turned, 3)):
        (line,) = notes(y, {w: number})
        assert line.startswith("w: either ") and re.search(plus_, line) and round_ in line and "both fit" in line
    for number, words, other in ((wrong, plus_, round_), (turned, round_, plus_)):
        (line,) = notes(y, {w: digits(number, 8)})
        assert re.search(words, line) and not re.search(other, line)


def test_the_rule_of_another_function_and_the_wrong_factor_of_a_product() -> None:
    w, x = Value(0.7, "w"), Value(-0.45, "x")
    z = w * x
    h = sigmoid(z)
    y = h * 1.3
    label(z=z, h=h, y=y)
    y.backward()
    for by_hand, words in (
        (
            1.3 * (1.0 - h.data**2) * x.data,
            r"w: ∂h/∂z = 0\.2439 was taken by the rule of tanh \(h = σ\(z\): σ′",
        ),
        (
            1.3 * z.data * (1.0 - z.data) * x.data,
            r"w: ∂h/∂z = 0\.2439 was taken with −0\.315, what goes in, for 0\.4",
        ),
        (
            1.3 * h.data * (1.0 + h.data) * x.data,
            r"w: ∂h/∂z = 0\.2439 was taken as σ\(1\+σ\), with \+ for the − of its rule \(h = σ\(z\): σ′",
        ),
        (
            1.3 * h.data * (1.0 - h.data) * w.data,
            r"∂z/∂w = −0\.45 is the other factor of the product, and not w = 0\.7 i",
        ),
    ):
        (line,) = notes(y, {w: digits(by_hand, 6)})
        assert re.search(words, line)


# ----- several gradients -----


def test_nine_gradients_share_a_factor_and_a_tenth_is_right() -> None:
    output, p = NETS["two_layers"](Random(8))
    output.backward()
    mistake = at("O31", forgotten)
    by_hand = {v: digits(mistake.gradient(output, v), 4) for name, v in p.items() if name != "w1"}
    (line,) = notes(output, by_hand | {p["w1"]: p["w1"].grad})
    assert line.startswith("all 14: the factor ∂O31/∂(w9 · O21 + w10 · O22 + b5) = 0.")


def test_gradients_with_different_mistakes_are_named_apart() -> None:
    output, p = NETS["two_layers"](Random(9))
    output.backward()
    by_hand = {p[name]: at("O21", forgotten).gradient(output, p[name]) for name in ("w5", "w6", "b3")}
    by_hand |= {p["w1"]: through("O22", 0).gradient(output, p["w1"]), p["w9"]: p["w10"].grad, p["w10"]: p["w9"].grad}
    lines = notes(output, by_hand)
    assert [line.split(":")[0] for line in lines] == ["w9, w10", "w5, w6, b3", "w1"]
    assert "are swapped" in lines[0] and "∂O21/∂" in lines[1] and "path L ← O31 ← O22 ← O11 ← w1" in lines[2]


def test_what_lies_below_a_node_was_forgotten_in_two_gradients() -> None:
    output, p = NETS["two_layers"](Random(4))
    output.backward()
    slope = {node.label: node.grad for node in topological_order(output)}
    assert notes(output, {p["w1"]: slope["O11"], p["w2"]: slope["O11"]}) == [
        "both: the numbers are ∂L/∂O11, and what follows from there down is forgotten"
    ]
    (line,) = notes(output, {p["w1"]: digits(slope["O11"], 5)})
    assert line.startswith("w1: the factor ∂O11/∂w1 = ")


def test_the_same_factor_without_a_name_is_said_once() -> None:
    output, p = NETS["fused"](Random(4))
    output.backward()
    wrong = {p[name]: 0.1 * p[name].grad for name in ("u1", "v2", "d")}
    assert notes(output, wrong) == ["all 3 are off by the same factor, 10"]
    with pytest.raises(GradientMismatch, match=r"all 3 are off by the same factor, 10$"):
        assert_gradients(wrong)


@pytest.mark.parametrize("precision", [17, 4, 3])
def test_no_chance_name_is_split_off_a_factor_that_all_share(precision: int) -> None:
    shared = 0
    for net in (*NETS.values(), one_neuron):
        for factor in (0.5, 0.7, 1.5, 2.0, 3.0, 5.0):
            output, p = net(Random(6))
            output.backward()
            wrong = {v: digits(v.grad * factor, precision) for v in p.values() if v.requires_grad}
            # A mistake of all of them, such as a 2 that is forgotten, says as much.
            lines = notes(output, wrong)
            assert all(line.startswith(f"all {len(wrong)}") for line in lines), lines
            shared += bool(lines)
    assert shared >= 30


def one_neuron(random: Random) -> tuple[Value, dict[str, Value]]:
    """Round numbers, of which a weight of 0.8 turned round is 1.25, and half the input is there twice."""
    p = {name: Value(x, name) for name, x in (("w", -0.6), ("v", 0.2), ("u", 0.8), ("b", -0.3))}
    h = sigmoid(p["w"] * 1.5 + p["b"])
    label(h=h, L=(L := (h * p["v"] + p["u"] - random.choice((0.4, 0.6))) ** 2))
    return L, p


# ----- large graphs -----


def test_paths_beyond_counting_take_one_sweep() -> None:
    y = x = Value(1.01, "x")
    for _ in range(60):
        y = y * 0.6 + y * 0.45
    y.backward()
    assert notes(y, {x: -x.grad}) == ["x: the sign is turned"]
    assert notes(y, {x: x.grad / 0.6}) == []


def test_a_long_sum_is_no_recursion() -> None:
    y = x = Value(0.7, "x")
    for i in range(3000):
        y = y + x * (0.001 * i)
    z = y * 0.3
    z.backward()
    assert notes(z, {x: -x.grad}) == ["x: the sign is turned"]
    assert notes(z, {x: x.grad * 1.3}) == []


def test_a_mistake_in_hundreds_of_gradients_is_found_in_the_first_and_checked_in_all() -> None:
    random = Random(2)
    w = [Value(random.uniform(-1, 1), f"w{i}") for i in range(400)]
    terms = [v * random.uniform(0.2, 0.9) for v in w]
    s = terms[0]
    for term in terms[1:]:
        s = s + term
    h = sigmoid(s)
    label(s=s, h=h, L=(L := (h - 0.3) ** 2))
    L.backward()
    slope = h.data * (1.0 - h.data)
    wrong = {v: v.grad / slope for v in w}
    (line,) = notes(L, wrong)
    assert line.startswith("all 400: the factor ∂h/∂s = ")
    assert notes(L, wrong | {w[-1]: w[-1].grad * 1.7}) != [line]
