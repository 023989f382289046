"""How names and numbers are written, in each of the three styles."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.explanation.notation import GREEK, Html, Latex, Style, digits, format_count, parse_name, unique

NAMES = [
    # label, with subscripts, LaTeX, HTML
    ("w", "w", "w", "w"),
    ("w12", "w₁₂", "w_{12}", "w<sub>12</sub>"),
    ("O21", "O₂₁", "O_{21}", "O<sub>21</sub>"),
    ("w₁", "w₁", "w_{1}", "w<sub>1</sub>"),
    ("W_0_1", "W₀,₁", "W_{0,1}", "W<sub>0,1</sub>"),
    ("W[0][12]", "W₀,₁₂", "W_{0,12}", "W<sub>0,12</sub>"),
    ("w_old", "w_old", r"w_{\mathrm{old}}", "w<sub>old</sub>"),
    ("loss", "loss", r"\mathrm{loss}", "loss"),
    ("loss2", "loss₂", r"\mathrm{loss}_{2}", "loss<sub>2</sub>"),
    ("learning_rate", "learning_rate", r"\mathrm{learning\_rate}", "learning_rate"),
    ("alpha", "α", r"\alpha", "α"),
    ("theta1", "θ₁", r"\theta_{1}", "θ<sub>1</sub>"),
    ("Delta_w", "Δ_w", r"\Delta_{\mathrm{w}}", "Δ<sub>w</sub>"),
    ("η", "η", r"\eta", "η"),
    ("Beta", "Β", "Β", "Β"),
    ("lambda", "λ", r"\lambda", "λ"),
    (
        "layers.0.neurons.1.w2",
        "layers.0.neurons.1.w₂",
        r"\mathrm{layers.0.neurons.1.}w_{2}",
        "layers.0.neurons.1.w<sub>2</sub>",
    ),
    ("layers.0", "layers.0", r"\mathrm{layers.0}", "layers.0"),
    ("h#2", "h#2", r"\mathrm{h\#2}", "h#2"),
    ("two words", "“two words”", r"\mathrm{two\ words}", "“two words”"),
    ("a<b", "“a<b”", r"\mathrm{a\lt b}", "“a&lt;b”"),
    ("größe", "größe", r"\mathrm{größe}", "größe"),
    ("", "“”", r"\mathrm{}", "“”"),
    ("x\n\ty", "“x y”", r"\mathrm{x\ y}", "“x y”"),
]


@pytest.mark.parametrize(("label", "small", "latex", "html"), NAMES)
def test_names(label: str, small: str, latex: str, html: str) -> None:
    assert Style(subscripts=True).name(label) == small
    assert Latex().name(label) == latex
    assert Html().name(label) == html
    plain = " ".join(label.split())
    assert Style().name(label) in (plain, f"“{plain}”")


def test_all_greek_letters_are_there() -> None:
    assert len(GREEK) == 46
    assert "".join(GREEK[name] for name in ("alpha", "omega", "Gamma", "Omega", "sigma")) == "αωΓΩσ"


def test_a_long_label_keeps_both_ends() -> None:
    label = "layers." * 60 + "w7"
    text = Style().name(label)
    assert len(text) <= 50
    assert text.startswith("layers.layers.") and text.endswith(".w7") and "…" in text


NUMBERS = [
    # number, text, LaTeX, HTML; four digits
    (0.0, "0", "0", "0"),
    (-0.0, "0", "0", "0"),
    (2.0, "2", "2", "2"),
    (100000.0, "100000", "100000", "100000"),
    (12345.678, "12346", "12346", "12346"),
    (0.0123456, "0.01235", "0.01235", "0.01235"),
    (-0.5, "−0.5", "-0.5", "−0.5"),
    (0.99996, "1", "1", "1"),
    (9999.96, "10000", "10000", "10000"),
    (0.0001, "0.0001", "0.0001", "0.0001"),
    (0.00009, "9e−5", r"9 \times 10^{-5}", "9×10<sup>−5</sup>"),
    (-1.23456e-7, "−1.235e−7", r"-1.235 \times 10^{-7}", "−1.235×10<sup>−7</sup>"),
    (1e6, "1e6", r"1 \times 10^{6}", "1×10<sup>6</sup>"),
    (5e-324, "4.941e−324", r"4.941 \times 10^{-324}", "4.941×10<sup>−324</sup>"),
    (math.inf, "inf", r"\infty ", "∞"),
    (-math.inf, "−inf", r"-\infty ", "−∞"),
    (math.nan, "nan", "nan", "nan"),
]


@pytest.mark.parametrize(("x", "text", "latex", "html"), NUMBERS)
def test_numbers(x: float, text: str, latex: str, html: str) -> None:
    assert (Style().number(x), Latex().number(x), Html().number(x)) == (text, latex, html)


@given(st.floats(-1e300, 1e300), st.integers(1, 17))
def test_a_number_reads_back_to_its_precision(x: float, precision: int) -> None:
    mantissa, exponent = digits(x, precision)
    assert float(f"{mantissa}e{exponent}") == pytest.approx(x, rel=0.5000001 * 10.0 ** (1 - precision), abs=5e-324)
    assert "-0" != mantissa and not (("." in mantissa) and mantissa.endswith(("0", ".")))


def test_factors_are_in_brackets_if_negative() -> None:
    assert [style.factor(-2.0) for style in (Style(), Latex(), Html())] == ["(−2)", r"\left(-2\right)", "(−2)"]
    assert [style.factor(2.0) for style in (Style(), Latex(), Html())] == ["2", "2", "2"]
    assert [style.power("a", "2") for style in (Style(), Latex(), Html())] == ["a²", "{a}^{2}", "a<sup>2</sup>"]


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0"), (1204, "1,204"), (10**30 - 1, ",".join(["999"] * 10)), (2**10_000, "about 1.995·10³⁰¹⁰")],
)
def test_counts(n: int, text: str) -> None:
    assert format_count(n) == text


@pytest.mark.parametrize("power", [30, 31, 64, 100, 5000])
def test_the_size_of_a_large_count(power: int) -> None:
    high = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    powers = [str(exponent).translate(high) for exponent in (power, power - 1)]
    assert format_count(10**power) in (f"about 1·10{powers[0]}", f"about 10·10{powers[1]}")


def test_equal_names_are_numbered_in_order() -> None:
    assert unique([]) == []
    assert unique(["a", "a", "b", "a"]) == ["a#1", "a#2", "b", "a#3"]


def test_what_is_no_index() -> None:
    for label in ("2x", "x_", "_x", "x[]", "x[a]", "12", "a.b", ""):
        assert parse_name(label).index == ""
