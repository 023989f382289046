"""Draw the pictures of README, CONTRIBUTING and the gallery: `make pictures` writes them beside this file."""

from pathlib import Path

import gallery
import rooms

from nn.demo import show_moons

HERE = Path(__file__).parent


def main() -> None:
    """Write rooms.svg, boundary.png, and what stands in gallery/."""
    rooms.main()
    for path, _ in show_moons(HERE, epochs=100, seed=1337):
        if path.name == "boundary.png":
            print(path)
        else:
            path.unlink()
    gallery.main()


if __name__ == "__main__":
    main()
