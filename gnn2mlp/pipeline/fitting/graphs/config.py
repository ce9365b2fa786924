"""`GraphFitConfig`: one object for Python, YAML and the command line, of what `fit` does where graphs are predicted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pydantic

from gnn2mlp.core.errors import ConfigError, listing
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS
from gnn2mlp.data.graphs.read import GraphFiles
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import Device, Settings, Threads, UserPath, read_yaml
from gnn2mlp.pipeline.fitting.config import label_columns
from gnn2mlp.pipeline.fitting.sizes import sized_distill
from gnn2mlp.pipeline.graphs.config import DISTILL, graph_method, graph_student, graph_teacher
from gnn2mlp.pipeline.task_words import GRAPH
from gnn2mlp.students import STUDENTS
from gnn2mlp.tables.edges import check_end_names
from gnn2mlp.tables.reading import check_exists
from gnn2mlp.teachers import TEACHERS

# Shares where nothing else is said; what is tested costs the model that ships nothing, which all labels train.
_DRAWN = Spec("fraction", train=0.6, valid=0.2)
# What a table of a folder may end in, in the order in which it is looked for.
_ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".arrow", ".feather")
# How columns of nodes and edges may be read.
NUMBER, CATEGORY, DROP = "number", "category", "drop"
_READ = (NUMBER, CATEGORY, DROP)


class GraphFitConfig(Settings):
    """Settings of `gnn2mlp.pipeline.fit` for whole graphs; immutable.

    Components are given by name, mapping, `Spec` or object.

    Args:
        graphs: table of the graphs, a row each: CSV, Parquet, Arrow or Feather; or a folder with three tables that are
            called graphs, nodes and edges.
        nodes: table of the nodes of all graphs; default: the one in the folder.
        edges: table of the edges within graphs; likewise.
        out: folder of the model.
        id: the column of ids of graphs, of any type, in all three tables.
        label: the column of the graphs that holds classes, empty where unknown; or several of 0 and 1.
        task: `"graph"`, or with the metric that chooses the epoch, `{"name": "graph", "metric": "roc_auc"}`.
        node: the column of the nodes that holds their ids, each once in its graph.
        source: the column of the edges that holds one end; default: `source`, `src`, `from`, ..., or the first one that
            is no id of a graph.
        target: the other end; likewise.
        columns: how columns of nodes are read, where their type is not to decide: `{"degree": "number", "note":
            "drop"}`. Texts, whole numbers and truth values are categories, real numbers are numbers.
        split: how graphs get their roles; default: the column `split` of the graphs, else shares of each class.
        teacher: which graph neural network of whole graphs teaches.
        method: how the student learns from it.
        student: the network that reads the nodes of a graph as a set, and no edge.
        distill: options of `Distiller`.
        refit: train what ships again, on all labels.
        replace: of a model of other tables or settings in `out`: it is replaced, and nothing of it is left.
        seed: of splits, initialisation, batches and dropout.
        device: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
        threads: CPU threads; `"auto"`: one below 50,000 nodes, else all.

    Example:
        >>> config = GraphFitConfig(graphs="g.csv", nodes="n.csv", edges="e.csv", label="toxic", teacher="mixer")
        >>> config.resolve(100).teacher.name, config.resolve(100).split
        ('graph_mixer', Spec('fraction', train=0.6, valid=0.2))
    """

    # Where things are, and on how many threads torch computes. What is in the tables decides; that is compared apart.
    beside = ("graphs", "nodes", "edges", "out", "device", "threads", "replace")

    graphs: UserPath
    nodes: UserPath | None = None
    edges: UserPath | None = None
    out: UserPath | None = None
    id: str = "graph"
    label: tuple[str, ...] = ("label",)
    task: Spec = Spec(GRAPH)
    node: str = "node"
    source: str | None = None
    target: str | None = None
    columns: dict[str, Any] = pydantic.Field(default_factory=dict)
    split: Spec | None = None
    teacher: Spec = Spec("graph_gin")
    method: Spec = Spec("glnn")
    student: Spec = Spec("set_mlp")
    distill: dict[str, Any] = pydantic.Field(default_factory=dict)
    refit: bool = True
    replace: bool = False
    seed: int = pydantic.Field(default=0, ge=0)
    device: Device = "auto"
    threads: Threads = "auto"

    @pydantic.field_validator("label", mode="before")
    @classmethod
    def _label(cls, value: Any) -> Any:
        return label_columns(value)

    @classmethod
    def from_yaml(cls, path: str | Path) -> "GraphFitConfig":
        """Read a YAML file.

        Raises:
            ConfigError: if it is absent, not YAML, or not a mapping of settings.
        """
        return cls(**read_yaml(path))

    @property
    def seeds(self) -> Sequence[int]:
        """The one seed."""
        return (self.seed,)

    @property
    def files(self) -> GraphFiles:
        """The three tables, and what their columns of ids are called.

        Raises:
            ConfigError: if there are none, or only some of them are named.
        """
        check_exists(self.graphs, "graphs")
        names = self.id, self.node, self.source, self.target
        if self.graphs.is_dir():
            tables = [_in_folder(self.graphs, what) for what in ("graphs", "nodes", "edges")]
            return GraphFiles(tables[0], self.nodes or tables[1], self.edges or tables[2], *names)
        if self.nodes is None or self.edges is None:
            raise ConfigError(
                f"nodes, edges: expected the tables of both beside that of the graphs, {self.graphs}; name them, or a "
                "folder with tables that are called graphs, nodes and edges"
            )
        return GraphFiles(self.graphs, self.nodes, self.edges, *names)

    def read_as(self, how: str) -> list[str]:
        """The columns that are to be read as `"number"`, `"category"`, or not: `"drop"`.

        Raises:
            ConfigError: for a column that is to be read as something else, or is one of ids.
        """
        for name, value in self.columns.items():
            if Spec.parse(value).name not in _READ or Spec.parse(value).options:
                raise ConfigError(
                    f"columns: expected {listing(_READ)} for {name!r}, as nodes of graphs are categories and numbers, "
                    f"got {value!r}"
                )
            if name in (self.id, self.node, self.source, self.target):
                raise ConfigError(f"columns: {name!r} is a column of ids, and cannot be read as anything else")
        return [name for name, value in self.columns.items() if Spec.parse(value).name == how]

    def resolve(self, graphs: int, own_split: bool = False) -> "GraphFitConfig":
        """The same for so many graphs, with every setting written out.

        Args:
            graphs: how many there are; of very many a student is trained for fewer epochs.
            own_split: whether their table has a column `split`.

        Raises:
            UnknownNameError: for a name that is not registered; the message offers the nearest match.
            ConfigError: for an option that cannot work, or a teacher that does not answer for whole graphs.
        """
        if self.task.name != GRAPH:
            raise ConfigError(f"task: expected 'graph', got {self.task.name!r}; for labels of nodes take FitConfig")
        self.read_as(NUMBER)
        check_end_names(self.source, self.target)
        method = graph_method(self.method).build(METHODS)
        if not method.teacher_keys:
            raise ConfigError(
                f"method: {self.method.name!r} has no teacher; a plain network is trained beside any other"
            )
        teacher = graph_teacher(self.teacher)
        teacher.build(TEACHERS).check_provides(sorted(method.teacher_keys))
        split = self.split or (Spec("own") if own_split else _DRAWN)
        if split.name in ("time", "group"):
            raise ConfigError(
                f"split: {split.name!r} goes by a column of nodes; write a column 'split' of train, valid and test "
                "into the table of graphs in its place"
            )
        distill = Spec("distill", **{**sized_distill(self.distill, graphs), **DISTILL, **self.distill})
        return self.model_copy(
            update={
                "split": split.resolved(SPLITTERS),
                "teacher": teacher.resolved(TEACHERS),
                "method": method.spec(),
                "student": graph_student(self.student).resolved(STUDENTS),
                "distill": Distiller(**distill.checked(Distiller, "distill")).options(),
            }
        )


def _in_folder(folder: Path, what: str) -> Path:
    """The table of a folder that is called so, of whatever kind."""
    found = [folder / f"{what}{ending}" for ending in _ENDINGS]
    return next((path for path in found if path.exists()), found[0])
