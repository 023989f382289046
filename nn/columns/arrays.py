"""Columns and arrays: numbers read in one go where nothing among them needs a second look, and the way back.

[[0, True], [2.5, 1]]  ->  as_numbers  ->  array of floats, shape (2, 2)  ->  like_these  ->  lists, as they came
[[0, 1], [2.5]]        ->  as_numbers  ->  None: go through the entries, and name the one that is wrong
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PLAIN = frozenset((int, float, bool))
LISTS = frozenset((list, tuple))


class Column(list[Any]):
    """A list of plain numbers and the array of floats that they make, for code that can use one; neither is changed.

    >>> import numpy as np
    >>> column = Column([0, 1], np.array([0.0, 1.0]))
    >>> column, column == [0, 1], as_numbers(column) is column.numbers
    ([0, 1], True, True)
    """

    def __init__(self, entries: Iterable[Any], numbers: NDArray[np.float64]) -> None:
        super().__init__(entries)
        self.numbers = numbers

    def select(self, indices: Sequence[int]) -> Column:
        """Some of the entries, in the order of the indices."""
        import numpy as np

        return Column([self[i] for i in indices], self.numbers[np.asarray(indices, dtype=np.intp)])


def as_numbers(entries: Any) -> NDArray[np.float64] | None:
    """A column of plain numbers, or of equally long lists of them, as an array of floats that is only to be read.

    None for what has to be looked at entry by entry: nan, infinity, Values, texts, objects that only turn into numbers,
    lists of different lengths, no entries at all, an array of which something is masked.

    >>> as_numbers([1, 2.5]), as_numbers([[True], [0]])
    (array([1. , 2.5]), array([[1.],
           [0.]]))
    >>> as_numbers([1, "2"]), as_numbers([[1.0], [2.0, 3.0]]), as_numbers([float("nan")])
    (None, None, None)
    """
    import numpy as np  # at first use, as everywhere below nn.training: `import nn` loads no library

    if isinstance(entries, Column):
        return entries.numbers
    if isinstance(entries, np.ndarray):
        if entries.dtype.kind not in "fiub" or (np.ma.isMaskedArray(entries) and np.ma.getmaskarray(entries).any()):
            return None
    elif not isinstance(entries, (list, tuple)) or not _are_plain(entries):
        return None
    try:
        numbers = np.asarray(entries, dtype=np.float64)
    except (ValueError, OverflowError):  # lists of different lengths; a whole number beyond 1.8e308
        return None
    return numbers if numbers.ndim in (1, 2) and numbers.size and _all_finite(numbers) else None


def _all_finite(numbers: NDArray[np.float64]) -> bool:
    import numpy as np

    # A finite sum has finite terms, and takes no array of its own; one that overflows says nothing.
    with np.errstate(all="ignore"):
        return bool(np.isfinite(numbers.sum()) or np.isfinite(numbers).all())


def is_array(x: Any) -> bool:
    """Whether a column came as an array, of NumPy's or with its interface, or as a table of pandas.

    >>> import numpy as np
    >>> is_array([1, 2]), is_array(np.array([1, 2]))
    (False, True)
    """
    return hasattr(x, "to_numpy") or (hasattr(x, "dtype") and hasattr(x, "__array__"))


def like_these(columns: Iterable[Any], rows: list[Any] | NDArray[Any]) -> Any:
    """Rows as the columns came that they were made of: lists where all were lists, else an array of NumPy's.

    >>> import numpy as np
    >>> like_these([[0, 1]], [1, 2]), like_these([[0, 1], np.array([0, 1])], [1, 2])
    ([1, 2], array([1, 2]))
    """
    if not any(map(is_array, columns)):
        return rows if isinstance(rows, list) else rows.tolist()
    import numpy as np

    return np.asarray(rows)


def _are_plain(entries: list[Any] | tuple[Any, ...]) -> bool:
    """Whether all entries are plain numbers, or all are lists of plain numbers."""
    kinds = set(map(type, entries))
    return kinds <= PLAIN or (kinds <= LISTS and all(PLAIN.issuperset(map(type, row)) for row in entries))
