"""Draw the pictures of README and CONTRIBUTING: `make pictures` writes them beside this file."""

from pathlib import Path

import rooms

from autograd import draw
from nn.demo import show_moons, two_paths

HERE = Path(__file__).parent


def main() -> None:
    """Write rooms.svg, two-paths.svg and boundary.png."""
    rooms.main()
    _, loss = two_paths()
    loss.backward()
    print(draw(loss).save(HERE / "two-paths.svg"))
    for path, _ in show_moons(HERE, epochs=100, seed=1337):
        if path.name == "boundary.png":
            print(path)
        else:
            path.unlink()


if __name__ == "__main__":
    main()
