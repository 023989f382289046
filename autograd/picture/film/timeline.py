"""When each part of a moving SVG is seen: it moves by itself in every browser, and needs no script.

Of the steps 0, 1, 2 with 1 second each, a text of step 0 is seen in the first third of 3 seconds, one of steps 1 and 2
in the rest, and where nothing moves the last step is seen (h hides the others):

    <text class="t s0-1 h" ...>grad 0</text>        @keyframes s0-1{0.000%,33.323%{visibility:visible}...}
    <text class="t s1-3" ...>grad 6</text>          @keyframes s1-3{0%,33.323%{visibility:hidden}...}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Span", "Timeline"]

Span = tuple[int, int]  # the first step, and the step after the last one


@dataclass(frozen=True)
class Timeline:
    """A number of steps, each so many seconds long; `styles` names a style for every span in which a part is seen."""

    steps: int
    seconds: float
    styles: dict[Span, str] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)

    def seen(self, span: Span) -> str:
        """The classes of a part that is seen from the first step of a span to the last.

        >>> Timeline(3, 1.0).seen((0, 1)), Timeline(3, 1.0).seen((1, 3)), Timeline(3, 1.0).seen((0, 3))
        ('t s0-1 h', 't s1-3', '')
        """
        if span == (0, self.steps):
            return ""
        name = self.styles.setdefault(span, f"s{span[0]}-{span[1]}")
        return f"t {name}" + ("" if span[1] == self.steps else " h")

    def mark(self, name: str, step: int, parts: Sequence[str], marked: str, plain: str) -> None:
        """Give parts, by their CSS selectors, another look during one step."""
        if parts:
            self.marks.append(f"@keyframes {name}{{{self._keyframes((step, step + 1), marked, plain)}}}")
            self.marks.append(f"{','.join(parts)}{{animation:{name} {self._duration} infinite}}")

    def _keyframes(self, span: Span, on: str = "visibility:visible", off: str = "visibility:hidden") -> str:
        """Keyframes for a style that holds during a span; the jumps take no time."""
        first, end = (100 * step / self.steps for step in span)
        before = f"0%,{first - 0.01:.3f}%{{{off}}}" if span[0] > 0 else ""
        if span[1] == self.steps:
            return f"{before}{first:.3f}%,{end:.3f}%{{{on}}}"
        return f"{before}{first:.3f}%,{end - 0.01:.3f}%{{{on}}}{end:.3f}%,100%{{{off}}}"

    @property
    def _duration(self) -> str:
        """How long all steps take together, for CSS."""
        return f"{self.steps * self.seconds:g}s"

    def style(self) -> str:
        """The style sheet of all that was seen and marked; readers who ask for less motion see the last step."""
        still = (
            f"animation-play-state:paused!important;animation-delay:-{(self.steps - 0.5) * self.seconds:g}s!important"
        )
        css = [f"@keyframes {name}{{{self._keyframes(span)}}}" for span, name in self.styles.items()]
        css += [f".{name}{{animation-name:{name}}}" for name in self.styles.values()]
        css += [
            f".t{{animation-duration:{self._duration};animation-iteration-count:infinite}}.h{{visibility:hidden}}",
            *self.marks, f"@media (prefers-reduced-motion:reduce){{*{{{still}}}}}",
        ]  # fmt: skip
        return f"<style>{''.join(css)}</style>"
