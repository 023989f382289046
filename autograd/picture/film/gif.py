"""Images as a GIF: one palette for all of them, and of each image only what differs from the one before.

Pillow's own search for the nearest colour takes those that share five bits of each channel for one: a white page came
out grey, and an orange border vermilion. So every colour that occurs is looked up once, in a table over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["gif", "with_palette"]

COLOURS, EXACT = 128, 40


def with_palette(images: Sequence[Image]) -> list[Image]:
    """The images in 128 colours, the same for all: the 40 most frequent ones as they are, the others as near as can be.

    The colours come from some points of the first, the middle and the last image.
    """
    import numpy as np
    from PIL import Image

    packed = [np.asarray(image.convert("RGBA")).view("<u4")[..., 0] & 0xFFFFFF for image in images]
    # A ninth of the points has all colours, but for some on the edges of letters.
    points = np.concatenate([packed[i][::3, ::3].ravel() for i in (0, len(packed) // 2, -1)])
    found, counts = np.unique(points, return_counts=True)
    exact = _channels(found[np.argsort(-counts, kind="stable")[:EXACT]])
    strip = Image.fromarray(_channels(points)[None])
    mixed = strip.quantize(COLOURS - EXACT, dither=Image.Dither.NONE).getpalette() or []
    palette = np.concatenate([exact, np.array(mixed, "u1").reshape(-1, 3)])
    table, known = np.zeros(1 << 24, "u1"), np.zeros(1 << 24, "?")
    shown, numbers, before = [], np.empty(packed[0].shape, "u1"), ~packed[0]
    for colours in packed:
        rows = np.flatnonzero((colours != before).any(1))
        changed = slice(rows[0], rows[-1] + 1) if len(rows) else slice(0)
        new = np.unique(colours[changed][~known[colours[changed]]])
        known[new], table[new] = True, _nearest(_channels(new), palette)
        numbers[changed], before = table[colours[changed]], colours
        image = Image.fromarray(numbers.copy())
        image.putpalette(palette.tobytes())
        shown.append(image)
    return shown


def _channels(colours: Any) -> Any:
    """Red, green and blue of packed colours, which have red in their lowest byte."""
    import numpy as np

    return np.stack([colours & 255, colours >> 8 & 255, colours >> 16], -1).astype("u1")


def _nearest(colours: Any, palette: Any) -> Any:
    """The number of the colour in the palette that is nearest to each of these."""
    import numpy as np

    apart = colours[:, None].astype("i4") - palette[None]
    return np.argmin((apart * apart).sum(-1), 1)


def gif(images: Iterable[Image], seconds: float) -> bytes:
    """Images of one size as a GIF that shows each of them so long, again and again."""
    first, *others = with_palette(list(images))
    file = BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=round(1000 * seconds), loop=0)
    return file.getvalue()
