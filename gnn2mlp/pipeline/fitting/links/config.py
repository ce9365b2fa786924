"""`LinkFitConfig`: one object for Python, YAML and the command line, of what `fit` does where links are predicted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pydantic

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.links import LINK_SPLITTERS
from gnn2mlp.decoders import DECODERS
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.pipeline.config import Device, Settings, Threads, UserPath, read_yaml
from gnn2mlp.pipeline.fitting.links.sizes import sized_link_distill, sized_link_teacher
from gnn2mlp.pipeline.links.config import check_new_nodes, check_unit, link_teacher
from gnn2mlp.pipeline.task_words import LINK
from gnn2mlp.students import STUDENTS
from gnn2mlp.tables.edges import check_end_names
from gnn2mlp.tasks import LinkPrediction
from gnn2mlp.teachers import TEACHERS, Export


class LinkFitConfig(Settings):
    """Settings of `gnn2mlp.pipeline.fit` for links; immutable. No column of labels is needed: edges are what is learnt.

    Components are given by name, mapping, `Spec` or object.

    Args:
        nodes: table of the nodes, a row each: CSV, Parquet, Arrow or Feather.
        edges: table of the edges, with a column of ids for each end. They have no direction.
        out: folder of the model.
        id: the column of the nodes that holds their ids, of any type.
        task: `"link"`, or with the metric that chooses the epoch, `{"name": "link", "metric": "hits@20"}`.
        source: the column of the edges that holds one end; default: `source`, `src`, `from`, ..., or the first one.
        target: the other end; likewise.
        weight: the column of weights of edges; default: `weight`, if there is one. They weigh messages.
        columns: how columns are encoded, where their type is not to decide: `{"price": "log", "notes": "drop"}`.
        setting: `"transductive"`: all nodes are known, and some of their links are to be found; or `"production"`: some
            nodes come later. Default: the first, and the second where `time` is named.
        time: a column of dates, times or numbers: the newest nodes are those that come later. In production without
            it, a hash of the ids says who does, so that the same nodes do when the table has grown.
        split: shares of the edges, options of the link split `"edges"`; `new_nodes` is the share of nodes that come
            later.
        teacher: which graph neural network teaches, by the name of its encoder, or `"link"` or `"heuristic"`. Default:
            `"sage"`, and `"heuristic"` for a method that only that one can teach, such as `ehdm`.
        export: how many contexts the teacher writes down of each node, options of `Export`.
        method: how the student learns from it, one that predicts links.
        student: the graph-free network that embeds a node.
        decoder: what makes a score of two embeddings.
        inputs: what makes the student's row of the encoded columns.
        distill: options of `Distiller`.
        refit: train what ships again, on all edges.
        replace: of a model of other tables or settings in `out`: it is replaced, and nothing of it is left.
        seed: of splits, initialisation, batches, negatives and dropout.
        device: `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
        threads: CPU threads; `"auto"`: one below 50,000 rows, else all.

    Example:
        >>> LinkFitConfig(nodes="pages.csv", edges="links.csv", id="page_id", time="since").resolve(100).setting
        'production'
    """

    # Where things are, and on how many threads torch computes. What is in the tables decides; that is compared apart.
    beside = ("nodes", "edges", "out", "device", "threads", "replace")

    nodes: UserPath
    edges: UserPath
    out: UserPath | None = None
    id: str
    task: Spec = Spec(LINK)
    source: str | None = None
    target: str | None = None
    weight: str | None = None
    columns: dict[str, Any] = pydantic.Field(default_factory=dict)
    setting: Literal["transductive", "production"] | None = None
    time: str | None = None
    split: Spec = Spec("edges")
    teacher: Spec = Spec("sage")
    export: dict[str, Any] = pydantic.Field(default_factory=dict)
    method: Spec = Spec("llp")
    student: Spec = Spec("mlp")
    decoder: Spec = Spec("hadamard")
    inputs: Spec = Spec("features")
    distill: dict[str, Any] = pydantic.Field(default_factory=dict)
    refit: bool = True
    replace: bool = False
    seed: int = pydantic.Field(default=0, ge=0)
    device: Device = "auto"
    threads: Threads = "auto"

    @pydantic.model_validator(mode="before")
    @classmethod
    def _no_label(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("label") is not None:
            label = given["label"] if isinstance(given["label"], str) else ",".join(map(str, given["label"]))
            raise ValueError(
                f"label: links are learnt from the edges, and no column is predicted; leave out --label {label}, which "
                f"is then read as a feature (or --column {label}:drop), or leave out --task link to predict it"
            )
        return given

    @classmethod
    def from_yaml(cls, path: str | Path) -> "LinkFitConfig":
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
    def taken(self) -> tuple[str, ...]:
        """Columns of the nodes that are no features: ids, and the times that are split by, unless they are encoded."""
        return (self.id, *([self.time] if self.time is not None and self.time not in self.columns else ()))

    def resolve(self, rows: int, edges: int = 0) -> "LinkFitConfig":
        """The same for so many rows and edges, with every setting written out.

        Where trainings are left open, they depend on both numbers; see `gnn2mlp.pipeline.fitting.links.sizes`.

        Raises:
            UnknownNameError: for a name that is not registered; the message offers the nearest match.
            ConfigError: for an option that cannot work, or a teacher that cannot provide what the method reads.
        """
        check_end_names(self.source, self.target)
        if self.setting == "transductive" and self.time is not None:
            raise ConfigError(
                f"setting: 'transductive' knows no new nodes, and --time {self.time} says which are; leave one out"
            )
        if self.task.name != LINK:
            raise ConfigError(f"task: expected 'link', got {self.task.name!r}; for labels take FitConfig")
        check_unit(self.method, "pair")
        method = self.method.build(METHODS)
        if not method.teacher_keys:
            raise ConfigError(f"method: {self.method.name!r} has no teacher; a plain MLP is trained beside any other")
        if not self.inputs.build(INPUTS).of_features:
            raise ConfigError(f"inputs: {self.inputs.name!r} read more than columns, which are all that ships")
        teacher = link_teacher(self.teacher if "teacher" in self.model_fields_set else None, method.teacher_keys)
        distill = Spec("distill", **sized_link_distill(self.distill, rows, edges)).checked(Distiller, "distill")
        setting = self.setting or ("production" if self.time is not None else "transductive")
        check_new_nodes(self.split, setting)
        return self.model_copy(
            update={
                "task": Spec(LINK, **LinkPrediction(**self.task.checked(LinkPrediction, "task")).spec().options),
                "setting": setting,
                "split": self.split.resolved(LINK_SPLITTERS),
                "teacher": sized_link_teacher(teacher, rows, edges).resolved(TEACHERS),
                "export": Export(**Spec("export", **self.export).checked(Export, "export")).options(),
                "method": method.spec(),
                "student": self.student.resolved(STUDENTS),
                "decoder": self.decoder.resolved(DECODERS),
                "inputs": self.inputs.resolved(INPUTS),
                "distill": Distiller(**distill).options(),
            }
        )
