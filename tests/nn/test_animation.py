"""Training as a GIF."""

from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest

from nn import MLP
from nn.animation import Film

matplotlib.use("Agg")
Image = pytest.importorskip("PIL.Image")

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [0, 1, 1, 0]


def trained(film: Film, epochs: int = 6) -> MLP:
    """A small network, trained while the film is taken."""
    model = MLP(2, [3, 1], activation="tanh", output_activation="sigmoid", seed=1)
    model.fit(X, Y, epochs=epochs, lr=0.5, callbacks=[film], verbose=0)
    return model


def test_it_keeps_the_start_and_every_few_epochs() -> None:
    film = Film(X, Y, every=2)
    model = trained(film)
    assert film.epochs == [0, 2, 4, 6]
    assert film.states[-1] == model.state_dict()
    assert film.states[0] != film.states[1]
    assert film.losses[0] is None and all(loss is not None for loss in film.losses[1:])


def test_a_gif_has_one_frame_each_and_the_model_stays_as_it_is(tmp_path: Path) -> None:
    film = Film(X, Y, every=3)
    model = trained(film)
    before = dict(model.state_dict())
    path = film.save(tmp_path / "training.gif", fps=5, resolution=8, dpi=40)
    with Image.open(path) as gif:
        assert gif.n_frames == 3
        assert gif.info["duration"] == 200
    assert model.state_dict() == before
    assert [file.name for file in tmp_path.iterdir()] == ["training.gif"]


def test_a_notebook_shows_it_with_a_step_for_each_epoch_that_was_kept(tmp_path: Path) -> None:
    film = Film(X, Y, every=3)
    model = trained(film)
    before = dict(model.state_dict())
    svg = film.svg(resolution=8, dpi=40)
    assert model.state_dict() == before
    root = ElementTree.fromstring(svg)
    images = list(root.iter("{http://www.w3.org/2000/svg}image"))
    assert [image.get("class") for image in images] == ["t s0-1 h", "t s1-2 h", "t s2-3"]
    assert len({image.get("href") for image in images}) == 3
    captions = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert captions == ["epoch 0", *(f"epoch {epoch}, loss {film.losses[i]:.4f}" for i, epoch in ((1, 3), (2, 6)))]
    html = film._repr_html_()
    assert html is not None and html.count("<img") == 1 and 'alt="Training in 6 epochs"' in html
    assert film.save(tmp_path / "x.svg", fps=2, resolution=8, dpi=40).read_text("utf-8").startswith("<svg")


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Film: every must be a whole number from 1 on, got 0"):
        Film(X, Y, every=0)
    with pytest.raises(ValueError, match=r"each example needs 2 numbers, got \[1\.0\]"):
        Film([[1.0]], [1])
    film = Film(X, Y)
    with pytest.raises(ValueError, match="nothing was recorded; pass it to fit"):
        film.save(tmp_path / "x.gif")
    assert film._repr_html_() is None
    with pytest.raises(ValueError, match=r"saved as \.gif or \.svg, got 'x\.mp4'"):
        film.save("x.mp4")
    with pytest.raises(ValueError, match="fps is the number of frames a second, more than 0, got 0"):
        film.save(tmp_path / "x.gif", fps=0)
