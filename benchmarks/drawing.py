"""How long does it take to draw a graph, from Values to SVG? The limit is one second at 300 nodes."""

import time

import nn
from autograd import Value, draw, topological_order


def network(widths: list[int]) -> Value:
    """An expanded multi-layer perceptron with its loss, after the walk back."""
    model = nn.MLP(widths[0], widths[1:], activation="tanh", seed=0, fused=False)
    loss: Value = (model([0.1 * i for i in range(widths[0])]) - 1.0) ** 2
    loss.backward()
    return loss


def chain(length: int) -> Value:
    """One operation after another."""
    y = Value(1.0)
    for _ in range(length):
        y = y.tanh()
    y.backward()
    return y


def main() -> None:
    """Print nodes, edges and milliseconds; the control is a chain, which needs no search for a layout."""
    draw(chain(2)).svg  # noqa: B018 - the first picture of a process compiles the renderer
    for name, root in (
        ("control, a chain", chain(299)),
        ("MLP 2-2-1", network([2, 2, 1])),
        ("MLP 3-5-1", network([3, 5, 1])),
        ("MLP 4-9-1", network([4, 9, 1])),
        ("MLP 5-8-5-1", network([5, 8, 5, 1])),
    ):
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            svg = draw(root, max_nodes=400).svg
            best = min(best, time.perf_counter() - start)
        nodes, edges = len(topological_order(root)), svg.count('class="edge')
        print(f"  {name:<18} {nodes:4d} nodes {edges:4d} edges {best * 1e3:8.1f} ms  {len(svg) // 1000} kB")


if __name__ == "__main__":
    main()
