"""What a user's script looks like: nothing in it knows of processes. Arguments: a folder, seconds for each epoch."""

import os
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import nn


def main(folder: Path, pause: float) -> None:
    """Train on the digits, and write down what came of it."""
    pictures, classes = load_digits(return_X_y=True)
    model = nn.MLP(64, [32, 10], batch_norm=True, dropout=0.1, seed=0)

    def after_epoch(epoch: int, logs: dict[str, float]) -> None:
        (folder / f"pid{os.getpid()}").touch()  # here is one who trains
        time.sleep(pause)

    history = model.fit(
        pictures[:407] / 16.0, classes[:407], engine="jax", epochs=6, batch_size=32, seed=1, callbacks=[after_epoch],
        metrics=["accuracy"], validation_split=0.2, progress=False,
        checkpoint=folder / "run", checkpoint_every=3, resume=True,
    )  # fmt: skip
    numbers = [*model.state_dict().values(), *history.history["loss"], *history.history["val_loss"]]
    np.save(folder / f"weights{os.getpid()}.npy", numbers)
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
