"""What LLP was to reach, set before it was built, beside what was reached."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from figures import markdown
from links_lines import DATASETS, LLP, METRICS, MLP, SAGE, SPLITS, Cell, Line, compared

from gnn2mlp.evaluate import Paired

VERDICTS = {True: "yes", False: "**no**"}
# Of so many splits LLP is to be ahead of the MLP in this share.
SHARE = 4 / 5


class Target(NamedTuple):
    """A difference of LLP to a rival, in points, that is to be reached at least."""

    cell: Cell
    metric: str
    rival: str
    least: float

    @property
    def what(self) -> str:
        """In words."""
        return f"{METRICS[self.metric]} of LLP minus {self.rival}'s"

    def holds(self, found: Paired) -> bool:
        """Whether the mean difference reaches it."""
        return bool(100 * found.difference >= self.least)


CITATIONS, OTHERS = DATASETS[:2], DATASETS[2:]
TARGETS = (
    *(Target(Cell(one, "transductive"), "hits@20", MLP, 3.0) for one in CITATIONS),
    *(Target(Cell(one, "transductive"), "auc", MLP, 1.0) for one in CITATIONS),
    *(Target(Cell(one, "transductive"), "auc", SAGE, -0.5) for one in CITATIONS),
    *(Target(Cell(one, "transductive"), "auc", MLP, 0.0) for one in OTHERS),
    Target(Cell("cora", "production"), "auc", MLP, 2.0),
    Target(Cell("cora", "production"), "auc", SAGE, 3.0),
    Target(Cell("cora", "production"), "hits@20", MLP, 0.0),
)


def table(lines: Sequence[Line]) -> str:
    """A line for each target, those of which nothing was run among them."""
    body = [_line(target, compared(lines, target.cell, target.metric, LLP, target.rival)) for target in TARGETS]
    return markdown(["on", "what", "at least", "reached", "holds"], [*body, *_ahead(lines), _published(lines)])


def _line(target: Target, found: Paired | None) -> list[str]:
    wanted = [str(target.cell), target.what, f"{target.least:+.1f} points"]
    if found is None:
        return [*wanted, "not run", ""]
    return [*wanted, _points(found), _verdict(target.holds(found), found.n)]


def _points(found: Paired) -> str:
    interval = "" if found.n == 1 else f" [{100 * found.low:+.2f}, {100 * found.high:+.2f}]"
    return f"{100 * found.difference:+.2f}{interval}"


def _verdict(holds: bool, splits: int) -> str:
    """A verdict on fewer splits than are wanted says so."""
    return VERDICTS[holds] + ("" if splits >= SPLITS else f", on {splits} of {SPLITS} splits")


def _ahead(lines: Sequence[Line]) -> Iterator[list[str]]:
    """In how many splits LLP is ahead of the MLP."""
    for dataset in CITATIONS:
        cell = Cell(dataset, "transductive")
        found = compared(lines, cell, "auc", LLP, MLP)
        wanted = [str(cell), "splits on which AUC of LLP is above MLP's", "4 of 5"]
        if found is None:
            yield [*wanted, "not run", ""]
        else:
            yield [*wanted, f"{found.wins} of {found.n}", _verdict(found.wins >= SHARE * found.n, found.n)]


def _published(lines: Sequence[Line]) -> list[str]:
    """The claim of the paper's abstract, on those data sets that were run."""
    pairs = [compared(lines, Cell(one, "transductive"), "hits@20", LLP, SAGE) for one in DATASETS]
    found = [one for one in pairs if one is not None]
    above = sum(one.difference > 0 for one in found)
    clearly = sum(one.low > 0 for one in found)
    worse = sum(one.high < 0 for one in found)
    reached = f"{above} of {len(found)}; beyond chance above on {clearly}, below on {worse}" if found else "not run"
    wanted = ["data sets, transductive", "Hits@20 of LLP above SAGE's (published: 7 of 8)", "7 of 8"]
    return [*wanted, reached, VERDICTS[above >= 7 / 8 * len(found)] if found else ""]
