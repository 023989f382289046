"""All colours and shapes of pictures and pages, light and dark, which people with any colour vision can tell apart.

The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/) as borders and lines, and tints of them as
fills, so that text keeps a high contrast. Shape and line style repeat what a colour says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["DARK", "LIGHT", "PAGE_DARK", "PAGE_LIGHT", "THEMES", "Look", "Theme", "css_colours", "luminance", "mix"]

BLACK, WHITE, GREY, PALE_GREY = "#1a1a1a", "#ffffff", "#5a5a5a", "#a8adb3"
ORANGE, SKY, GREEN, BLUE, VERMILION = "#e69f00", "#56b4e9", "#009e73", "#0072b2", "#d55e00"

Look = dict[str, str]

SHAPES: dict[str, Look] = {
    "input": {"shape": "ellipse", "style": "filled", "margin": "0.02,0.01"},
    "parameter": {"shape": "box", "style": "filled"},
    "constant": {"shape": "box", "style": "filled,dashed"},
    "result": {"shape": "box", "style": "filled,rounded"},
    "output": {"shape": "box", "style": "filled,rounded", "peripheries": "2"},
    "box": {"shape": "box", "style": "filled", "peripheries": "2", "margin": "0.16,0.1"},
    "operation": {
        "shape": "ellipse", "style": "filled", "margin": "0.03,0", "fontsize": "11", "width": "0.3", "height": "0.3",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb: of text, of lines, of every kind of node (fill, border), and of what lines carry.

    `ramp` goes from the colour of a gradient of 0 to that of the largest one.
    """

    name: str
    background: str
    ink: str
    line: str
    fills: dict[str, tuple[str, str]]
    positive: str
    negative: str
    ramp: tuple[str, str, str]

    def look(self, kind: str) -> Look:
        """The DOT attributes of a kind of node: "input", "parameter", ..., "operation" or "box"."""
        fill, border = self.fills[kind]
        look = {**SHAPES[kind], "fillcolor": fill, "color": border}
        if kind == "operation":
            look["fontcolor"] = self.on(fill)
        return look

    def css(self) -> str:
        """The colours of a page as CSS variables: `--input` for the fill of inputs, `--input-line` for their border."""
        colours = {"paper": self.background, "forward": self.positive, "backward": self.negative}
        for kind, (fill, border) in self.fills.items():
            colours |= {kind: fill, f"{kind}-line": border}
        return " ".join(f"--{name}: {colour};" for name, colour in colours.items())

    def on(self, fill: str) -> str:
        """Black or white, whichever is easier to read on a fill.

        >>> LIGHT.on("#4a4a4a"), LIGHT.on("#d2eee4")
        ('#ffffff', '#1a1a1a')
        """
        # The contrast of WCAG 2.1: (brighter + 0.05) / (darker + 0.05).
        bright = luminance(fill)
        on_black, on_white = (bright + 0.05) / (luminance(BLACK) + 0.05), 1.05 / (bright + 0.05)
        return BLACK if on_black >= on_white else WHITE

    def faded(self, colour: str, share: float = 0.22) -> str:
        """A colour as it looks when only a share of it is left."""
        return mix(self.background, colour, share)

    def heat(self, share: float) -> str:
        """The colour on the ramp for a share from 0 to 1."""
        low, middle, high = self.ramp
        return mix(low, middle, 2 * share) if share < 0.5 else mix(middle, high, 2 * share - 1)


def css_colours(name: str, colours: Sequence[str]) -> str:
    """A property of CSS in the colour for light pages, and in the one for dark pages if there is one.

    What does not know light-dark() keeps to the first.

    >>> css_colours("fill", ["#ffffff"]), css_colours("fill", ["#ffffff", "#15181c"])
    ('fill:#ffffff;', 'fill:#ffffff;fill:light-dark(#ffffff,#15181c);')
    """
    first = f"{name}:{colours[0]};"
    return first if len(set(colours)) == 1 else f"{first}{name}:light-dark({colours[0]},{colours[1]});"


def mix(first: str, second: str, share: float) -> str:
    """The colour on the way from the first to the second.

    >>> mix("#000000", "#ff8000", 0.5)
    '#804000'
    """
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """How bright a colour is, from 0 to 1: the relative luminance of WCAG 2.1.

    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    # Screens store the square root of light, roughly: undo that, then weigh red, green and blue as the eye does.
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 12)


LIGHT = Theme(
    name="light",
    background=WHITE,
    ink=BLACK,
    line=GREY,
    fills={
        "input": ("#fdeccb", ORANGE),
        "parameter": ("#d5e8f4", BLUE),
        "constant": ("#efefef", GREY),
        "result": (WHITE, GREY),
        "output": ("#d2eee4", GREEN),
        "operation": ("#4a4a4a", "#4a4a4a"),
        "box": ("#f1f4f7", GREY),
        "cluster": ("#f8f9fb", "#9aa0a6"),
    },
    positive=BLUE,
    negative=VERMILION,
    ramp=(WHITE, ORANGE, "#7a2f00"),
)
DARK = Theme(
    name="dark",
    background="#15181c",
    ink="#f2f2f2",
    line=PALE_GREY,
    fills={
        "input": ("#3d2e0c", ORANGE),
        "parameter": ("#0d2c40", SKY),
        "constant": ("#2e3238", PALE_GREY),
        "result": ("#1d2126", PALE_GREY),
        "output": ("#0b3a2c", "#1fc498"),
        "operation": ("#d0d3d7", "#d0d3d7"),
        "box": ("#262b31", PALE_GREY),
        "cluster": ("#1a1e23", "#6d737a"),
    },
    positive=SKY,
    negative=ORANGE,
    ramp=("#1d2126", "#b4590a", "#ffe2a8"),
)
# What `theme=` takes: the colours of one theme, or of both, for the reader's page to choose from.
THEMES = {"auto": (LIGHT, DARK), "light": (LIGHT,), "dark": (DARK,)}

# Borders on a page are thinner, so they are darker: all of them keep a contrast of 3 and more with what is around.
PAGE_LIGHT = replace(
    LIGHT,
    fills={
        "input": (LIGHT.fills["input"][0], "#b07400"),
        "parameter": LIGHT.fills["parameter"],
        "constant": (LIGHT.fills["constant"][0], "#6a6d73"),
        "result": (WHITE, "#6a6d73"),
        "output": (LIGHT.fills["output"][0], "#008060"),
        "box": ("#f4f6f8", "#6a6d73"),
    },
)
PAGE_DARK = replace(
    DARK,
    fills={
        "input": ("#3b2f14", ORANGE),
        "parameter": ("#13334a", SKY),
        "constant": ("#2a2d32", "#9a9fa7"),
        "result": ("#1f242a", "#9a9fa7"),
        "output": ("#12382c", "#35b98c"),
        "box": ("#1a1e23", "#9a9fa7"),
    },
    negative="#f58231",
)
