"""Lines of the board of links: whose scores are where in them, and how two models are compared."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from figures import markdown, mean_std

from gnn2mlp.evaluate import Outcome, Paired, link_outcome, paired

Line = Mapping[str, Any]

RESULTS = Path(__file__).parent / "results" / "links.jsonl"
DATASETS = ("cora", "citeseer", "cpf-a-photo", "cpf-a-computer", "coauthor-cs", "coauthor-physics")
SETTINGS = ("transductive", "production")
POPULATIONS = ("overall", "old-old", "old-new", "new-new")
SPLITS = 5
METRICS = {"auc": "AUC", "average_precision": "AP", "hits@20": "Hits@20", "hits@50": "Hits@50", "mrr": "MRR"}
# A line is of one run, which scores several models. The heuristic is the one that is best on validation pairs.
RUNS: dict[str, dict[str, Any]] = {
    "llp": {"teacher": "sage", "method": "llp"},
    "ehdm": {"teacher": "heuristic", "method": "ehdm"},
}
SAGE, HEURISTIC, MLP, LLP, EHDM = "SAGE", "best heuristic", "MLP", "LLP", "EHDM"
MODELS = {
    SAGE: ("llp", "teacher"),
    HEURISTIC: ("llp", "heuristic"),
    MLP: ("llp", "mlp"),
    LLP: ("llp", "student"),
    EHDM: ("ehdm", "student"),
}
MISSING = ""


class Cell(NamedTuple):
    """Where models are compared."""

    dataset: str
    setting: str
    population: str = "overall"

    def __str__(self) -> str:
        return f"{self.dataset}, {self.setting}" + ("" if self.population == "overall" else f", {self.population}")


def key_of(line: Line) -> tuple[int, int, int, str]:
    """What there is one line of, in the order of the board."""
    places = (DATASETS.index(line["dataset"]), SETTINGS.index(line["setting"]))
    return (*places, line["seed"], line["row"])


def outcomes(lines: Iterable[Line], cell: Cell, model: str, metric: str) -> list[Outcome]:
    """A model's scores by split; a population without pairs, or with fewer negatives than K, has none."""
    run, role = MODELS[model]
    found = [line for line in lines if (line["row"], line["dataset"], line["setting"]) == (run, *cell[:2])]
    return [
        link_outcome(line, role, cell.population, metric)
        for line in found
        if metric in line["scores"].get(role, {}).get(cell.population, {})
    ]


def compared(lines: Sequence[Line], cell: Cell, metric: str, ours: str, theirs: str) -> Paired | None:
    """The paired difference on the splits that both have; `None` without any."""
    sides = [outcomes(lines, cell, model, metric) for model in (ours, theirs)]
    shared = {one.seed for one in sides[0]} & {one.seed for one in sides[1]}
    return paired(*sides) if shared else None


def scored(lines: Sequence[Line], cell: Cell, model: str, metric: str) -> str:
    """`94.20 ± 0.52`, per cent; one split has no spread."""
    scores = [one.score for one in outcomes(lines, cell, model, metric)]
    if not scores:
        return MISSING
    found = mean_std(scores)
    spread = f" ± {100 * found['std']:.2f}" if len(scores) > 1 else ""
    return f"{100 * found['mean']:.2f}{spread}"


def difference(found: Paired | None) -> str:
    """`**+1.20** [+0.40, +2.00], ahead in 5 of 5`, in points; bold where the interval excludes 0."""
    if found is None:
        return MISSING
    mark = "**" if found.differs else ""
    interval = "" if not found.has_interval else f" [{100 * found.low:+.2f}, {100 * found.high:+.2f}]"
    return f"{mark}{100 * found.difference:+.2f}{mark}{interval}, ahead in {found.wins} of {found.n}"


def splits(lines: Iterable[Line], cell: Cell, model: str) -> int:
    """On how many splits a model was scored."""
    return len(outcomes(lines, cell, model, "auc"))


def board(lines: Sequence[Line], setting: str) -> str:
    """All metrics of all pairs, a line for each data set and model of which there is one."""
    body = []
    for dataset in DATASETS:
        cell = Cell(dataset, setting)
        for model in MODELS:
            if count := splits(lines, cell, model):
                body.append([dataset, model, *(scored(lines, cell, model, one) for one in METRICS), str(count)])
    return markdown(["data", "model", *METRICS.values(), "splits"], body)


def by_population(lines: Sequence[Line], metric: str) -> str:
    """A metric in the production setting, by which ends of a pair are new."""
    body = []
    for dataset in DATASETS:
        for model in MODELS:
            cells = [Cell(dataset, "production", population) for population in POPULATIONS]
            if splits(lines, cells[0], model):
                body.append([dataset, model, *(scored(lines, cell, model, metric) for cell in cells)])
    return markdown(["data", f"{METRICS[metric]} of", *POPULATIONS], body)


def beside(lines: Sequence[Line], model: str, rival: str) -> str:
    """A model beside a rival in AUC and Hits@20, in every setting and population."""
    body = []
    for setting in SETTINGS:
        for dataset in DATASETS:
            for population in POPULATIONS:
                cell = Cell(dataset, setting, population)
                found = [compared(lines, cell, metric, model, rival) for metric in ("auc", "hits@20")]
                if any(found):
                    body.append([str(cell), *map(difference, found)])
    return markdown([f"{model} minus {rival}", "AUC", "Hits@20"], body)


def counted(lines: Sequence[Line], model: str, rival: str, metric: str) -> str:
    """In how many settings a model is ahead beyond chance, and behind, on pairs of all kinds together."""
    cells = [Cell(dataset, setting) for setting in SETTINGS for dataset in DATASETS]
    found = [one for cell in cells if (one := compared(lines, cell, metric, model, rival))]
    ahead, behind = (sum(one.differs and sign * one.difference > 0 for one in found) for sign in (1, -1))
    told = f"in {ahead} of {len(found)} settings and data sets, below in {behind}"
    return f"In {METRICS[metric]} {model} is above {rival} beyond chance {told}."
