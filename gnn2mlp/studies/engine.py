"""`run_study`: every cell of a study that has no line yet, one after the other, and a line for each."""

import shutil
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import Gnn2mlpError
from gnn2mlp.core.files import write_text
from gnn2mlp.core.locks import claimed
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.pipeline.job import Listen
from gnn2mlp.report.page import plain_yaml
from gnn2mlp.studies import ledger
from gnn2mlp.studies.grid import Cell, Study
from gnn2mlp.studies.ledger import Record
from gnn2mlp.studies.lines import forget_peak_memory, line_of, peak_memory, resolved_identity
from gnn2mlp.studies.versions import may_stand

LINES, SETTINGS, RUNS, FAILED = "lines.jsonl", "study.yaml", "runs", "failed"


def silently(seed: int, stage: str) -> Progress:
    """No stage has a listener that does anything."""
    return silent


class Outcomes(NamedTuple):
    """What a study has so far.

    Args:
        lines: of its cells, in their order.
        failed: why a cell could not be run, by cell.
        busy: cells that another process is at.
        older: how many of the lines other code made.
        folder: of the study.
    """

    lines: list[Record]
    failed: dict[str, str]
    busy: list[str]
    older: int
    folder: Path

    def __repr__(self) -> str:
        return short_repr(self)

    def _repr_html_(self) -> str:
        from gnn2mlp.studies.cells import outcomes_cell  # which is about outcomes

        return outcomes_cell(self)


Told = Callable[[int, int, Cell, Record], object]
"""Told after every cell: its number and how many there are, the cell, its line."""
Listening = Callable[[Cell], Listen]
"""Told when a cell begins; gives what gives the listeners of its stages."""


def run_study(
    study: Study,
    told: Told = lambda number, count, cell, line: None,
    renew: bool = False,
    most: int | None = None,
    listen: Listening = lambda cell: silently,
) -> Outcomes:
    """Run what is missing of a study.

    Started again, it goes on where it stopped. A cell that fails, in whatever way, does not keep the others from
    running; of an error that is no message of this package the traceback is kept. Several
    processes may work on one study at the same time; a cell that one of them is at is passed over by the others.

    Args:
        study: what to run.
        told: after every cell that was run.
        renew: run cells again whose line was made by other code than the present.
        most: run so many cells at most, the first ones that are missing.
        listen: gives, when a cell begins, what gives the listeners of its stages.

    Raises:
        ConfigError: if a cell cannot work, before any is run.
    """
    cells, folder = study.cells(), study.folder
    check_place(folder)
    _keep_settings(study)
    wanting = missing(cells, ledger.read(folder / LINES), renew)
    failed, busy = {}, []
    for number, cell in enumerate(wanting[:most], start=1):
        if not missing([cell], ledger.read(folder / LINES), renew):
            continue  # another process has run it meanwhile
        try:
            line = run_cell(cell, study, listen(cell))
        except Gnn2mlpError as error:
            failed[str(cell)] = str(error)
            continue
        except Exception as error:  # a class from outside, or memory: hours of other cells must not end with it
            place = _traceback_of(study, cell)
            write_text(place, traceback.format_exc())
            failed[str(cell)] = f"{type(error).__name__}: {error} (all of it in {place})"
            continue
        if line is None:
            busy.append(str(cell))
        else:
            told(number, len(wanting[:most]), cell, line)
    lines = matched(cells, ledger.read(folder / LINES))
    found = [lines[cell.identity] for cell in cells if cell.identity in lines]
    older = sum(not may_stand(lines[c.identity], c.config) for c in cells if c.identity in lines)
    return Outcomes(found, failed, busy, older, folder)


def run_cell(cell: Cell, study: Study, listen: Listen = silently) -> Record | None:
    """Run one cell and keep its line; `None` if another process is at it. `listen` as in `gnn2mlp.pipeline.run`."""
    place = study.folder / RUNS / cell.identity
    line = measured(cell.config, place, listen)
    if line is None:
        return None
    line = {"study": study.name, "cell": dict(cell.labels), **line}
    ledger.put(study.folder / LINES, line, _order)
    _traceback_of(study, cell).unlink(missing_ok=True)
    if not study.keep_runs:
        shutil.rmtree(place, ignore_errors=True)
    return line


def measured(config: RunConfig, folder: Path, listen: Listen = silently) -> Record | None:
    """The line of a run of one seed in `folder`; `None` if another process is at it.

    The benchmarks of published rows and studies have their lines from here alike.
    """
    with claimed(folder.with_name(f"{folder.name}.cell")) as mine:
        if not mine:
            return None
        forget_peak_memory()
        made = run(config.model_copy(update={"out": folder}), listen, pages=False)
        return {**line_of(made, config), "peak_memory_mib": peak_memory()}


def missing(cells: Sequence[Cell], lines: Iterable[Record], renew: bool = False) -> list[Cell]:
    """Cells without a line; with `renew`, also those whose line other code made."""
    found = matched(cells, lines)
    return [c for c in cells if c.identity not in found or (renew and not may_stand(found[c.identity], c.config))]


def matched(cells: Sequence[Cell], lines: Iterable[Record]) -> dict[str, Record]:
    """By identity of a cell, the line that was made with its settings and seed, wherever it came from."""
    wanted = {cell.identity for cell in cells}
    pairs = ((_identity(line), line) for line in lines)
    return {identity: line for identity, line in pairs if identity in wanted}


def _traceback_of(study: Study, cell: Cell) -> Path:
    return study.folder / FAILED / f"{cell.identity}.txt"


def _identity(line: Record) -> str:
    return digest_json({"config": resolved_identity(line), "seed": line["seed"]})


def _order(line: Record) -> tuple[Any, ...]:
    """Lines of one row stand together, by initialisation and seed."""
    settings = digest_json(resolved_identity(line) or line["config"])
    return " ".join(line["cell"].values()), settings, line["initialisation"], line["seed"]


def _keep_settings(study: Study) -> None:
    """Leave the study beside its lines; the newest stays."""
    write_text(study.folder / SETTINGS, plain_yaml(study.to_dict()))
