"""The rows of the leaderboard: one YAML file each in `papers/`, and what has been measured of it in `results/`."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import UnknownNameError
from gnn2mlp.data import HypergraphData
from gnn2mlp.evaluate.published import published
from gnn2mlp.studies import ledger
from gnn2mlp.studies.lines import measures
from gnn2mlp.teachers import TEACHERS

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """A configuration, what was published about it, and with which row it is compared.

    Args:
        name: of its file: `<author><year>_<method>_<dataset>_<setting>`.
        content: `config`, optionally `against` (another row, or several); `reported` (`source`, `scores`) in place of
            what `gnn2mlp.evaluate.published` knows under this name.
        results: folder of the measured lines.
    """

    name: str
    content: dict[str, Any]
    results: Path = HERE / "results"

    @property
    def order(self) -> tuple[str, str]:
        """Year and method, by which rows of one data set and setting are sorted."""
        author, label, *_ = self.name.split("_")
        return author[-4:], label

    @property
    def label(self) -> str:
        """The method as the file's name has it."""
        return self.name.split("_")[1]

    @property
    def dataset(self) -> str:
        """The data set as the file's name has it."""
        return self.name.split("_")[2]

    @property
    def setting(self) -> str:
        """`transductive` or `inductive`, as the file's name has it."""
        return self.name.split("_")[3]

    @property
    def reported(self) -> dict[str, Any]:
        """`source` and `scores`: model -> population -> [mean] or [mean, std] in percent. Empty if there is none."""
        if "reported" in self.content:
            return dict(self.content["reported"] or {})
        found = next((one for one in published() if one.name == self.name), None)
        return {} if found is None else {"source": found.source, "scores": found.scores}

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of a complete row."""
        return RunConfig(seeds=self.content["config"]["seeds"]).seeds

    @property
    def against(self) -> list[str]:
        """Rows with which this one is compared seed by seed; the first is the one of the leaderboard."""
        given = self.content.get("against") or []
        return [given] if isinstance(given, str) else list(given)

    @cached_property
    def hypergraph(self) -> bool:
        """Whether its teacher works on a hypergraph; a row with a name that is not known (yet) counts as none."""
        try:
            return self.config().teacher.build(TEACHERS).reads is HypergraphData
        except UnknownNameError:
            return False

    def config(self, **settings: Any) -> RunConfig:
        """The resolved configuration; `settings` are added.

        Raises:
            ConfigError: if a name or option is not known.
        """
        return RunConfig(**{**self.content["config"], **settings}).resolve()

    @property
    def path(self) -> Path:
        """Where the measured lines are."""
        return self.results / f"{self.name}.jsonl"

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The measured seeds of the present configuration, by seed; lines of another configuration do not count.

        Raises:
            ConfigError: if an option of the row is not known. A name that is not known (yet) has no lines.
        """
        try:
            wanted = self.config()
        except UnknownNameError:
            return []
        return [line for line in ledger.read(self.path) if line["seed"] in wanted.seeds and measures(line, wanted)]


def rows(*patterns: str, papers: Path = HERE / "papers", results: Path = HERE / "results") -> list[Row]:
    """Rows whose file name matches one of the patterns, by name; all of them without a pattern."""
    paths = {path for pattern in patterns or ("*",) for path in papers.glob(f"{pattern}.yaml")}
    return [Row(path.stem, yaml.safe_load(path.read_text()), results) for path in sorted(paths)]
