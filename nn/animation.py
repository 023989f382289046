"""Training as a film: the decision boundary and the weights, one frame for every few epochs."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.picture.cell import notebook_html
from autograd.picture.film.controls import CONTROLS
from autograd.picture.film.gif import gif, with_palette
from autograd.picture.film.timeline import Timeline
from autograd.support import files
from autograd.support.settings import check_count, check_list
from autograd.support.text import short, short_path
from nn.callbacks import Callback, Logs
from nn.columns import in_a_plane
from nn.module import Evaluating

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Film"]


class Film(Callback):
    """A callback that keeps the parameters of every `every`-th epoch, and shows what the model did with them as a film.

    Each frame has the decision boundary on the left and the network with its weights on the right; the model has two
    inputs. A notebook shows it by itself, and `save` writes it. Needs matplotlib to be shown, nothing to record.

    Raises ValueError if `every` is below 1, or if examples have not two numbers.

    >>> from nn import MLP
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> film = Film(X, y, every=5)
    >>> history = MLP(2, [4, 1], activation="tanh", seed=1).fit(X, y, epochs=20, callbacks=[film], verbose=0)
    >>> film.epochs
    [0, 5, 10, 15, 20]
    """

    def __init__(self, X: Sequence[Sequence[float]], y: Sequence[Any], *, every: int = 1) -> None:
        self.every = check_count("Film", "every", every)
        self.X = in_a_plane("Film", X)
        self.y = check_list("Film", "y", y, "a list of labels")
        self.epochs: list[int] = []
        self.states: list[dict[str, float]] = []
        self.losses: list[float | None] = []

    def on_train_begin(self, logs: Logs) -> None:
        """Keep the parameters before the first epoch, unless the training goes on from an earlier one."""
        if not self.epochs:
            self._keep(0, None)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Keep the parameters of this epoch, if it is one of those wanted."""
        if (epoch + 1) % self.every == 0:
            self._keep(epoch + 1, logs.get("loss"))

    def _keep(self, epoch: int, loss: float | None) -> None:
        self.epochs.append(epoch)
        self.states.append(dict(self.model.state_dict()))
        self.losses.append(loss)

    def frames(self, *, resolution: int = 40, dpi: int = 80) -> list[Image]:
        """One image for each of the epochs that were kept; the model keeps the parameters it has.

        Raises ValueError when nothing was recorded.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from PIL import Image

        from nn.plots import decision_boundary, network

        check_count("Film", "resolution", resolution, least=2)
        check_count("Film", "dpi", dpi)
        if not self.states:
            raise ValueError("Film: nothing was recorded; pass it to fit: model.fit(X, y, callbacks=[film])")
        now, images = dict(self.model.state_dict()), []
        figure = Figure(figsize=(9.0, 4.2), dpi=dpi)
        canvas: Any = FigureCanvasAgg(figure)
        # At fixed places: a layout that fits each frame would let the pictures jump.
        left, right = figure.add_axes((0.07, 0.12, 0.45, 0.76)), figure.add_axes((0.62, 0.02, 0.36, 0.92))
        try:
            with Evaluating(self.model):
                for epoch, state, loss in zip(self.epochs, self.states, self.losses, strict=True):
                    self.model.load_state_dict(state)
                    left.clear()
                    right.clear()
                    decision_boundary(self.model, self.X, self.y, left, resolution=resolution)
                    network(self.model, None, right)
                    left.set_title(_caption(epoch, loss))
                    canvas.draw()
                    images.append(Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba())))
        finally:
            self.model.load_state_dict(now)
        return images

    def svg(self, *, fps: float = 4.0, resolution: int = 40, dpi: int = 80) -> str:
        """The film as an SVG document that moves by itself: one image for each of the epochs that were kept."""
        images = with_palette(self.frames(resolution=resolution, dpi=dpi))
        timeline, (w, h) = Timeline(len(images), 1.0 / _checked_rate(fps)), images[0].size
        shown, captions = [], []
        for number, image in enumerate(images):
            file = BytesIO()
            image.save(file, "PNG", optimize=True)
            data, seen = b64encode(file.getvalue()).decode("ascii"), timeline.seen((number, number + 1))
            shown.append(f'<image class="{seen}" width="{w}" height="{h}" href="data:image/png;base64,{data}"/>')
            # Said by a screen reader: what is seen is in the image.
            caption = _caption(self.epochs[number], self.losses[number])
            captions.append(f'<text class="{seen}" fill="none">{caption}</text>')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">\n'
            f'{timeline.style()}\n{chr(10).join(shown)}\n<g id="captions">{"".join(captions)}</g>\n</svg>\n'
        )

    def save(self, path: str | os.PathLike[str], *, fps: float = 8.0, resolution: int = 40, dpi: int = 80) -> Path:
        """Write the film to `path`, a .gif or .svg file, and return the path; the model keeps the parameters it has.

        Raises ValueError for another extension, for `fps` that is not positive, and when nothing was recorded.
        """
        target = files.target(path, "training.gif")
        kind = target.suffix.lower()
        if kind not in (".gif", ".svg"):
            raise ValueError(f"Film: a film is saved as .gif or .svg, got {short_path(path)}")
        _checked_rate(fps)
        if kind == ".svg":
            content = self.svg(fps=fps, resolution=resolution, dpi=dpi).encode("utf-8")
        else:
            content = gif(self.frames(resolution=resolution, dpi=dpi), 1.0 / fps)
        files.write(target, content)
        return target

    def _repr_html_(self) -> str | None:
        if not self.states:
            return None
        return notebook_html([self.svg()], f"Training in {self.epochs[-1]} epochs", CONTROLS)


def _caption(epoch: int, loss: float | None) -> str:
    return f"epoch {epoch}" + ("" if loss is None else f", loss {loss:.4f}")


def _checked_rate(fps: float) -> float:
    if not fps > 0:
        raise ValueError(f"Film: fps is the number of frames a second, more than 0, got {short(fps)}")
    return fps
