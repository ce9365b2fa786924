"""Results from anywhere as scores of named models: folders of runs, studies, files of lines, the board's rows."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.errors import ConfigError, listing
from gnn2mlp.core.files import read_json, user_path
from gnn2mlp.core.registry import short_name
from gnn2mlp.core.spec import Spec, name_of
from gnn2mlp.evaluate import Outcome
from gnn2mlp.pipeline.task_words import GRAPH, LINK
from gnn2mlp.studies import ledger
from gnn2mlp.studies.grid import label_of
from gnn2mlp.studies.naming import MAKES, made_with, named_apart
from gnn2mlp.studies.versions import made_by

RESULTS, LINES = "results.json", "lines.jsonl"
# What every line has.
_NEEDED = ("config", "seed", "split", "seconds")
_MANY = 1_000_000


class Score(NamedTuple):
    """What one model of one trained seed scored.

    Args:
        dataset: its name.
        setting: transductive or inductive.
        model: what tables call it, such as `"sage"`, `"mlp"` or `"glnn (sage)"`.
        role: `"teacher"`, `"mlp"`, `"student"`, or `"plain"`, the network on labels alone of a student that needs the
            graph.
        seed: of the split.
        initialisation: which training on it.
        line: all that is known of that seed.
        needs_graph: whether answers need the graph.
    """

    dataset: str
    setting: str
    model: str
    role: str
    seed: int
    initialisation: int
    line: Mapping[str, Any]
    needs_graph: bool

    def at(self, population: str) -> float | None:
        """The score on a population; `None` if it has none."""
        found: float | None = self.line[self.role].get(population)
        return found

    def outcome(self, population: str) -> Outcome:
        """The same, to be paired with another model's; initialisations of a split are told apart.

        Of a metric that is better the smaller it is, the negative.
        """
        found = Outcome.of(self.line, self.role, population)
        better = self.line.get("metric", {}).get("greater_is_better", True)
        return found._replace(
            seed=self.seed + _MANY * self.initialisation, score=found.score if better else -found.score
        )

    @property
    def metric(self) -> str:
        """What it is scored by, as a report writes it."""
        return str(self.line.get("metric", {}).get("title", "accuracy"))

    @property
    def of_network(self) -> bool:
        """Whether it is that of a student that is a graph neural network, or of the same one on labels alone."""
        return self.role != "teacher" and "plain" in self.line

    @property
    def seconds(self) -> float:
        """That its training took; a student's without its teacher's."""
        return float(self.line["seconds"][self.role])

    @property
    def made_by(self) -> str:
        """Version and code that made it, as far as the line tells."""
        return made_by(self.line)


def read_scores(sources: Sequence[str | Path] | Mapping[str, str | Path]) -> list[Score]:
    """The scores of all models in folders of runs, folders of studies, and files of lines.

    A model is called by its teacher and method. Where two of one name were made with different settings on the same
    data, the name is followed by what tells them apart: the student or override of a study, the source, or the settings
    themselves.

    Args:
        sources: paths; or paths by what their models are to be called beside.

    Raises:
        ConfigError: for a path that holds no results.
    """
    named = sources.items() if isinstance(sources, Mapping) else [(str(path), path) for path in sources]
    called = _called([name for name, _ in named])
    lines = [line for name, path in named for line in _lines(user_path(path, "compare"), called[name])]
    return named_apart(_without_twins([score for line in lines for score in _scores_of(line)]))


def _called(names: Sequence[str]) -> dict[str, str]:
    """What each source is called by: the last part of its path, or as many as tell it from the others.

    Example:
        >>> _called(["a/run/results.json", "b/run", "c.jsonl"])
        {'a/run/results.json': 'a/run', 'b/run': 'b/run', 'c.jsonl': 'c'}
    """
    places = {name: _place(name) for name in names}
    return {name: _shortest(place, {*places.values()} - {place}) for name, place in places.items()}


def _shortest(place: Path, others: Iterable[Path]) -> str:
    """As many of the last parts of a path as tell it from the others."""
    for count in range(1, len(place.parts)):
        tail = place.parts[-count:]
        if all(other.parts[-count:] != tail for other in others):
            return "/".join(tail)
    return str(place)


def _place(name: str) -> Path:
    """The folder or file, without what all of them end in."""
    path = Path(name)
    if path.name in (RESULTS, LINES):
        return path.parent
    return path.with_suffix("") if path.suffix == ".jsonl" else path


def _lines(path: Path, source: str) -> list[dict[str, Any]]:
    """The lines in a path, each with the `source` that it is from."""
    if path.is_dir():
        for name in (LINES, RESULTS):
            if (path / name).exists():
                return _lines(path / name, source)
        files = sorted(path.glob("*.jsonl"))
        found = [line for file in files for line in _lines(file, file.stem)]
    elif path.suffix == ".jsonl":
        found = [{"source": source, **line} for line in ledger.read(path)]
    elif path.name.endswith(".json") and path.exists():
        found = _of_results(read_json(path), source)
    else:
        found = []
    if not found:
        raise ConfigError(
            f"compare: expected a folder of a run or a study, or a file of lines (.jsonl), at {path}, got no results"
        )
    for number, line in enumerate(found, start=1):
        _check(line, f"{path}, number {number}")
    return found


def _check(line: Mapping[str, Any], where: str) -> None:
    """Raise `ConfigError` for what is no result of a run or a study, or has scores that are no numbers."""
    if absent := [key for key in _NEEDED if key not in line]:
        raise ConfigError(
            f"compare: expected results of runs and studies at {where}, got a line without {listing(absent)}; it is of "
            "something else"
        )
    if name_of(line["config"].get("task")) == LINK:
        raise ConfigError(
            f"compare: expected scores of nodes at {where}, got those of links, of which no single figure speaks; the "
            "report of that run compares its models by every metric"
        )
    if name_of(line["config"].get("task")) == GRAPH:
        raise ConfigError(
            f"compare: expected scores of nodes at {where}, got those of whole graphs; the report of that run compares "
            "its models"
        )
    for role in MAKES:
        scores = line.get(role, {})
        wrong = [scores] if not isinstance(scores, Mapping) else [s for s in scores.values() if not _is_score(s)]
        if wrong:
            raise ConfigError(
                f"compare: expected numbers as scores of the {role} at {where}, got {wrong[0]!r}; remove the line, or "
                "make it anew"
            )


def _is_score(value: Any) -> bool:
    """Whether it is a number, or the `None` of a population without a score."""
    return value is None or (isinstance(value, int | float) and isfinite(value))


def _of_results(results: Any, source: str) -> list[dict[str, Any]]:
    """The seeds of a run as lines."""
    if not isinstance(results, dict) or not {"seeds", "config"} <= results.keys():
        raise ConfigError(f"compare: expected the results of a run in {source}, got another file")
    shared = {key: results[key] for key in ("graph", "config", "environment") if key in results}
    again = results["config"].get("initialisation", 0)
    return [{"source": source, "initialisation": again, **shared, **record} for record in results["seeds"]]


def _scores_of(line: dict[str, Any]) -> list[Score]:
    config, cell = line["config"], line.get("cell", {})
    dataset = cell.get("dataset") or label_of(_dataset(config["dataset"]))
    teacher = cell.get("teacher") or _network(config["teacher"])
    method = cell.get("method") or short_name(Spec.parse(config["method"]).name)
    student = Spec.parse(config.get("student", "mlp"))
    network = f"gnn {_network(student.options['encoder'])}" if "encoder" in student.options else ""
    names = {"teacher": teacher, "mlp": "mlp", "plain": network}
    # The student of the method "mlp" is the plain MLP, or network, which is there anyway.
    if method != "mlp":
        names["student"] = f"{method} {network} ({teacher})" if network else f"{method} ({teacher})"
    needy = bool(line.get("graph_at_inference", False)) or bool(network)
    graph = {"teacher": True, "mlp": False, "plain": True, "student": needy}
    return [
        Score(dataset, config["setting"], name, role, line["seed"], line.get("initialisation", 0), line, graph[role])
        for role, name in names.items()
        if role in line
    ]


def _dataset(given: Any) -> Spec:
    spec = Spec.parse(given)
    return Spec(spec.options["path"]) if spec.name == "npz" else spec


def _network(given: Any) -> str:
    """`gcn`, or `vq (gcn)` for a teacher around another component."""
    spec = Spec.parse(given)
    inner = [option["name"] for option in spec.options.values() if isinstance(option, Mapping) and "name" in option]
    return f"{short_name(spec.name)} ({', '.join(inner)})" if inner else short_name(spec.name)


def _without_twins(scores: Iterable[Score]) -> list[Score]:
    """One of several scores of the same model on the same split: runs of one teacher repeat its scores."""
    found: dict[tuple[Any, ...], Score] = {}
    for score in scores:
        key = (score.dataset, score.setting, score.model, score.seed, score.initialisation, made_with(score))
        found.setdefault(key, score)
    return list(found.values())
