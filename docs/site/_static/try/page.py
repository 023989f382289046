"""What the page gives to the code that runs in it."""

import shown  # of worker.js

from autograd import draw, explain, view


def show(result, number=None):
    """Draw the graph of a result, explain its gradient by a number, and open its interactive page."""
    if result.grad == 0.0:
        result.backward()
    shown.picture(draw(result).svg)
    shown.explanation("" if number is None else str(explain(result, number)))
    shown.page(view(result).html)
