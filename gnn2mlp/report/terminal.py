"""A grid in a terminal of any width: no number is cut, and columns without room continue in a table below."""

from collections.abc import Iterator, Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.table import Table
from rich.text import Text

from gnn2mlp.report.grids import Grid

# Characters between two columns, and those below which a column of words is not squeezed.
GAP, NARROWEST = 3, 16


class TerminalGrid:
    """A grid that rich prints: as one table where it fits, else as several that begin with the same names of rows.

    Words wrap where room is scarce; cells of numbers stay whole, and their heads wrap between words.

    Args:
        grid: what to print; one whose heads are all empty is shown without them.
        left: columns of words, beside the first.

    Example:
        >>> grid = Grid("Scores", ["Nodes", "Teacher", "Student"], [["seen", "81.00 ± 1.00", "79.00 ± 3.00"]])
        >>> Console(width=30).print(TerminalGrid(grid))
        Scores
        Nodes        Teacher
        ────────────────────
        seen    81.00 ± 1.00
        <BLANKLINE>
        Nodes        Student
        ────────────────────
        seen    79.00 ± 3.00
    """

    def __init__(self, grid: Grid, left: Sequence[int] = ()):
        self.grid = grid
        self.words = {0, *left}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table | Text]:
        if self.grid.title:
            yield Text(self.grid.title, style="bold")
        for number, columns in enumerate(self.blocks(options.max_width)):
            if number:
                yield Text()
            yield self._table(columns, options.max_width)

    def blocks(self, width: int) -> list[list[int]]:
        """The columns of each table; those that tell rows apart are in all of them."""
        least = [self._least(column) for column in range(len(self.grid.head))]
        names = list(range(min(self._names(), len(least))))
        found, taken = [list(names)], sum(least[column] + GAP for column in names) - GAP
        for column in range(len(names), len(least)):
            taken += GAP + least[column]
            if taken > width and len(found[-1]) > len(names):
                found.append(list(names))
                taken = sum(least[name] + GAP for name in names) + least[column]
            found[-1].append(column)
        return found

    def _names(self) -> int:
        """How many columns it takes to tell rows apart: the first, or the first two."""
        first = [row[0] for row in self.grid.rows]
        return 1 if len(set(first)) == len(first) else 2

    def _table(self, columns: Sequence[int], width: int) -> Table:
        # Text and not str: a name in square brackets is no markup.
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=any(self.grid.head))
        for column, room in zip(columns, self._widths(columns, width), strict=True):
            side: Literal["left", "right"] = "left" if column in self.words else "right"
            table.add_column(Text(self.grid.head[column]), justify=side, width=room, overflow="fold")
        for row in self.grid.rows:
            table.add_row(*(Text(row[column]) for column in columns))
        return table

    def _widths(self, columns: Sequence[int], width: int) -> list[int]:
        """Characters of each column: at least what it needs, and more where there is room, columns of words last."""
        found = {column: self._least(column) for column in columns}
        room = width - sum(found.values()) - GAP * (len(columns) - 1)
        for column in sorted(columns, key=lambda column: column in self.words):
            more = max(0, min(room, self._most(column) - found[column]))
            found[column] += more
            room -= more
        return [found[column] for column in columns]

    def _least(self, column: int) -> int:
        """Characters that a column needs."""
        head = max((cell_len(word) for word in self.grid.head[column].split()), default=0)
        cells = max((cell_len(row[column]) for row in self.grid.rows), default=0)
        return max(1, head, min(cells, NARROWEST) if column in self.words else cells)

    def _most(self, column: int) -> int:
        """Characters in which nothing of a column wraps."""
        return max(map(cell_len, (self.grid.head[column], *(row[column] for row in self.grid.rows))), default=1)
