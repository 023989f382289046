"""Training as a film: the decision boundary and the weights, one frame for every few epochs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograd.support import files
from autograd.support.settings import check_count, check_list
from autograd.support.text import short, short_path
from nn.callbacks import Callback, Logs
from nn.columns import in_a_plane
from nn.module import Evaluating

__all__ = ["Film"]


class Film(Callback):
    """A callback that keeps the parameters of every `every`-th epoch, and writes what the model did with them as a GIF.

    Each frame has the decision boundary on the left and the network with its weights on the right; the model has two
    inputs. Needs matplotlib and pillow to write, nothing to record.

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

    def save(self, path: str | os.PathLike[str], *, fps: float = 8.0, resolution: int = 40, dpi: int = 80) -> Path:
        """Write the film to `path`, a .gif file, and return the path; the model keeps the parameters it has.

        Raises ValueError for another extension, for `fps` that is not positive, and when nothing was recorded.
        """
        from matplotlib import pyplot
        from matplotlib.animation import PillowWriter

        from nn.plots import decision_boundary, network

        target = files.target(path, "training.gif")
        check_count("Film", "resolution", resolution, least=2)
        check_count("Film", "dpi", dpi)
        if target.suffix.lower() != ".gif":
            raise ValueError(f"Film: a film is saved as .gif, got {short_path(path)}")
        if not fps > 0:
            raise ValueError(f"Film: fps is the number of frames a second, more than 0, got {short(fps)}")
        if not self.states:
            raise ValueError("Film: nothing was recorded; pass it to fit: model.fit(X, y, callbacks=[film])")
        now = dict(self.model.state_dict())
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
        # Some releases of matplotlib type fps as int; a float is a rate too.
        writer = PillowWriter(fps=fps)  # type: ignore[arg-type,unused-ignore]
        part = target.with_name(f".{target.name}.{os.urandom(4).hex()}.gif")
        try:
            with Evaluating(self.model), writer.saving(figure, str(part), dpi):
                for epoch, state, loss in zip(self.epochs, self.states, self.losses, strict=True):
                    self.model.load_state_dict(state)
                    for ax in (left, right):
                        ax.clear()
                    decision_boundary(self.model, self.X, self.y, left, resolution=resolution)
                    network(self.model, None, right)
                    left.set_title(f"epoch {epoch}" + ("" if loss is None else f", loss {loss:.4f}"))
                    writer.grab_frame()
            os.replace(part, target)
        finally:
            self.model.load_state_dict(now)
            pyplot.close(figure)
            part.unlink(missing_ok=True)
        return target
