"""`Table`: examples in one array, to be read as a list of lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from nn.columns import as_numbers


class Table(Sequence[list[float]]):
    """Rows of plain floats that stand in an array (rows, columns): a list of lists for 8 bytes a number, not 32.

    >>> table = Table(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> table[0], len(table), table
    ([1.0, 2.0], 2, [[1.0, 2.0], [3.0, 4.0]])
    """

    def __init__(self, numbers: NDArray[np.float64]) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, at: int) -> list[float]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[float]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        return self.numbers[at].tolist()

    def __iter__(self) -> Iterator[list[float]]:
        return (row.tolist() for row in self.numbers)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.numbers, dtype=dtype, copy=copy) if copy else np.asarray(self.numbers, dtype=dtype)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    # Like a list, which compares by its contents and may change, a table has no hash. This is how Python says it.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.numbers.tolist())

    def select(self, indices: Sequence[int]) -> Table:
        """Some of the rows, in the order of the indices."""
        return Table(self.numbers[np.asarray(indices, dtype=np.intp)])


def as_table(rows: Any) -> Table | None:
    """Rows of numbers as a table, quickly; None for rows that have to be looked at entry by entry.

    Those are ragged or empty, or hold an entry that is not finite, or no plain number.

    Raises ValueError for a masked array in which something is masked.

    >>> as_table([[1, 2.5]]), as_table([[1, "2"]]), as_table([[1.0], [2.0, 3.0]])
    ([[1.0, 2.5]], None, None)
    """
    if np.ma.isMaskedArray(rows) and np.ma.getmaskarray(rows).any():
        raise ValueError("a masked array hides some of its numbers: leave these examples out, or fill them in")
    numbers = as_numbers(rows)
    return Table(numbers) if numbers is not None and numbers.ndim == 2 else None
