"""What the board of links says of a method, for its page."""

from collections.abc import Iterator, Sequence

from figures import markdown
from links_lines import (
    DATASETS,
    EHDM,
    HEURISTIC,
    LLP,
    MLP,
    POPULATIONS,
    SAGE,
    SETTINGS,
    Cell,
    Line,
    compared,
    difference,
    scored,
    splits,
)

# The student of a method on the board, and whom it learns from.
STUDENTS = {"llp": LLP, "ehdm": EHDM, "link_mlp": MLP}
TEACHERS = {"llp": SAGE, "ehdm": HEURISTIC}

BOARD = """AUC and Hits@20 of pairs in percent, mean ± standard deviation over splits; differences in points with the
95 % interval of the corrected resampled t-test, bold where it excludes 0. Hits@20 moves by many points from split to
split: read neither figure without the other. [LINKS](../../benchmarks/LINKS.md) has all models."""


def board(name: str, lines: Sequence[Line]) -> str:
    """Scores and differences of a method's student; said plainly where there are none."""
    model = STUDENTS.get(name)
    cells = [one for one in _cells() if model and splits(lines, one, model)]
    if not model or not cells:
        return "**No lines yet.** The board of links has no run of this method: nothing is claimed of it here."
    rivals = [one for one in (MLP, TEACHERS.get(name)) if one and one != model]
    head = ["data", "AUC", "Hits@20", *(f"{figure} minus {one}" for one in rivals for figure in ("AUC", "Hits@20"))]
    body = [_row(lines, cell, model, rivals) for cell in cells]
    return f"{BOARD}\n\n{markdown([*head, 'splits'], body)}"


def _cells() -> Iterator[Cell]:
    for setting in SETTINGS:
        for dataset in DATASETS:
            yield from (Cell(dataset, setting, population) for population in POPULATIONS)


def _row(lines: Sequence[Line], cell: Cell, model: str, rivals: Sequence[str]) -> list[str]:
    figures = ("auc", "hits@20")
    against = [difference(compared(lines, cell, figure, model, rival)) for rival in rivals for figure in figures]
    scores = [scored(lines, cell, model, figure) for figure in figures]
    return [str(cell), *scores, *against, str(splits(lines, cell, model))]
