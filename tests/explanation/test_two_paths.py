"""The explanation of the network whose weight w1 reaches the loss along two paths, word by word, and of the student."""

import math

import pytest

from autograd import Value, sigmoid
from autograd.explanation import explain

SYMBOLIC = "∂L/∂w1 = ∂L/∂O31 · ∂O31/∂O21 · ∂O21/∂O11 · ∂O11/∂w1 + ∂L/∂O31 · ∂O31/∂O22 · ∂O22/∂O12 · ∂O12/∂w1"


def two_paths() -> tuple[Value, Value]:
    names = ("w1", "w2", "w3", "w4", "w5")
    numbers = (0.5, -0.7, 0.9, 1.1, -1.3)
    w1, w2, w3, w4, w5 = (Value(x, name, role="parameter") for x, name in zip(numbers, names, strict=True))
    o11, o12 = sigmoid(w1 * 0.8), sigmoid(w1 * -0.4)
    o21, o22 = sigmoid(w2 * o11), sigmoid(w3 * o12)
    o31 = sigmoid(w4 * o21 + w5 * o22)
    loss = (1.0 - o31) ** 2
    for v, name in ((o11, "O11"), (o12, "O12"), (o21, "O21"), (o22, "O22"), (o31, "O31"), (loss, "L")):
        v.label = name
    return loss, w1


def student() -> tuple[Value, dict[str, Value]]:
    start = {"w1": 0.01, "w2": 0.02, "w3": 0.03, "b1": 0.001, "w4": 0.02, "b2": 0.03}
    p = {name: Value(x, name, role="parameter") for name, x in start.items()}
    iq, study, play = (Value(x, name, requires_grad=False) for x, name in ((95, "IQ"), (4, "study"), (4, "play")))
    o1 = sigmoid(p["w1"] * iq + p["w2"] * study + p["w3"] * play + p["b1"])
    o2 = sigmoid(p["w4"] * o1 + p["b2"])
    loss = (1 - o2) ** 2
    o1.label, o2.label, loss.label = "O1", "O2", "loss"
    return loss, p


def test_the_text_line_by_line() -> None:
    loss, w1 = two_paths()
    loss.backward()
    lines = str(explain(loss, w1)).splitlines()
    assert lines[:6] == [
        SYMBOLIC,
        "       = (−1.17) · 0.267 · (−0.1675) · 0.1922 + (−1.17) · (−0.3156) · 0.216 · (−0.09901)",
        "       = 0.01006 + (−0.007898)",
        "       = 0.002164",
        "",
        "w1.grad is the same number.",
    ]
    assert "  0.01006  L ← O31 ← O21 ← O11 ← w1" in "\n".join(lines)
    assert "  ∂O11/∂w1  = 0.2403 · 0.8 = 0.1922   σ′ = σ(1−σ); product rule: the other factor" in lines


def test_the_numbers() -> None:
    loss, w1 = two_paths()
    why = explain(loss, w1)
    loss.backward()
    assert why.count == why.every == 2
    assert why.grain == "named"
    assert [path.names for path in why.paths] == [
        ("L", "O31", "O21", "O11", "w1"),
        ("L", "O31", "O22", "O12", "w1"),
    ]
    for path in why.paths:
        assert path.product == math.prod(factor.value for factor in path.factors)
    assert why.total == pytest.approx(w1.grad, rel=1e-14)
    assert math.fsum(path.product for path in why.paths) == pytest.approx(w1.grad, rel=1e-14)
    assert [f"{factor.of}/{factor.by}" for factor in why.paths[0].factors] == ["L/O31", "O31/O21", "O21/O11", "O11/w1"]


def test_the_latex() -> None:
    loss, w1 = two_paths()
    why = explain(loss, w1)
    assert why.latex.startswith(
        "\\begin{aligned}\n\\frac{\\partial L}{\\partial w_{1}} &= \\frac{\\partial L}{\\partial O_{31}}"
    )
    assert why.latex.count(r"\frac") == 9
    assert why._repr_latex_() == f"$${why.latex}$$"
    assert r"\frac{\mathrm{d}L}{\mathrm{d}w_{1}}" in explain(loss, w1, symbol="d").latex


def test_the_html() -> None:
    loss, w1 = two_paths()
    html = explain(loss, w1).html
    assert "<p>∂L/∂w<sub>1</sub> = ∂L/∂O<sub>31</sub> · ∂O<sub>31</sub>/∂O<sub>21</sub>" in html
    assert html.count("<tr>") == 1 + 2 + 1 + 7
    assert html.count("<caption>") == 2


def test_symbols_subscripts_precision_and_width() -> None:
    loss, w1 = two_paths()
    text = str(explain(loss, w1, symbol="d", subscripts=True, precision=2, width=60))
    assert text.splitlines()[:7] == [
        "dL/dw₁ = dL/dO₃₁ · dO₃₁/dO₂₁ · dO₂₁/dO₁₁ · dO₁₁/dw₁",
        "       + dL/dO₃₁ · dO₃₁/dO₂₂ · dO₂₂/dO₁₂ · dO₁₂/dw₁",
        "       = (−1.2) · 0.27 · (−0.17) · 0.19",
        "       + (−1.2) · (−0.32) · 0.22 · (−0.099)",
        "       = 0.01 + (−0.0079)",
        "       = 0.0022",
        "",
    ]


def test_a_long_product_breaks_between_factors() -> None:
    loss, p = student()
    lines = str(explain(loss, p["w1"], "all", width=50)).splitlines()
    assert lines[0].startswith("∂loss/∂w1 = ∂loss/∂v20 · ")
    assert lines[1].startswith("              · ")
    assert max(map(len, lines[: lines.index("")])) <= 50


def test_the_student() -> None:
    loss, p = student()
    text = str(explain(loss, p["w1"]))
    assert text.splitlines()[:3] == [
        "∂loss/∂w1 = ∂loss/∂O2 · ∂O2/∂O1 · ∂O1/∂w1",
        "          = (−0.9774) · 0.004997 · 17.34",
        "          = −0.08471",
    ]
    assert "w1.grad is still 0: call loss.backward()" in text
    for name, parameter in p.items():
        assert (explain(loss, name).total, explain(loss, parameter).wrt) == (explain(loss, parameter).total, name)
    loss.backward()
    assert {n: explain(loss, v).total for n, v in p.items()} == {
        n: pytest.approx(v.grad, rel=1e-13) for n, v in p.items()
    }


def test_the_update_rule() -> None:
    loss, p = student()
    update = explain(loss, p["w1"]).update(0.1)
    assert str(update) == "w1 ← w1 − η · ∂loss/∂w1 = 0.01 − 0.1 · (−0.08471) = 0.01847"
    assert update.value == 0.01 - 0.1 * explain(loss, p["w1"]).total
    assert update.latex.startswith(
        r"w_{1} \leftarrow w_{1} - \eta \cdot \frac{\partial \mathrm{loss}}{\partial w_{1}} = "
    )
    assert update._repr_latex_() == f"$${update.latex}$$"
    assert update.html.startswith("<p>w<sub>1</sub> ← w<sub>1</sub> − η · ∂loss/∂w<sub>1</sub>")
    assert p["w1"].data == 0.01
    with pytest.raises(TypeError, match=r"one real number, got the text '0\.1'"):
        explain(loss, p["w1"]).update("0.1")  # type: ignore[arg-type]


def test_it_draws_the_graph_that_it_explains() -> None:
    loss, w1 = two_paths()
    why = explain(loss, w1)
    assert why.draw(rankdir="TB").snapshot == why.snapshot


def test_the_snapshot_does_not_follow_the_graph() -> None:
    loss, w1 = two_paths()
    why = explain(loss, w1)
    before = str(why)
    loss.backward()
    w1.data, w1.label = 7.0, "other"
    assert str(why) == before
