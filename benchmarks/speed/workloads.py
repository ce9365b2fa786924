"""Random graphs of any size under the published settings of the size that they stand for."""

from collections.abc import Callable
from functools import cached_property

import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.progress import Progress
from gnn2mlp.core.seeds import generator
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData, Views, load_dataset
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.data.datasets.synthetic import Synthetic
from gnn2mlp.data.view import Observed
from gnn2mlp.distill import DistillationResult, Distiller
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, Teacher


def full_size(name: str) -> Synthetic:
    """The synthetic data set `name`."""
    full = resolve_dataset(name)
    assert isinstance(full, Synthetic), "graphs of any size are drawn"
    return full


def scaled(name: str, scale: float) -> Spec:
    """The data set `name`, with `scale` times its nodes and edges."""
    full = full_size(name)
    options = {option: getattr(full, option) for option in Synthetic.constructor_options()}
    return Spec("synthetic", **{**options, **{size: round(scale * options[size]) for size in ("nodes", "edges")}})


class Work:
    """A graph, what is trained on it, and how.

    Args:
        name: of a synthetic data set, whose split and published settings count.
        scale: of its nodes and edges.
        teacher: name, and options that win over the published ones.
        student: options that win over the published ones.
        make: gives the graph, from what says how it is drawn.
    """

    def __init__(
        self,
        name: str,
        scale: float,
        teacher: Spec,
        student: dict[str, object] | None = None,
        make: Callable[[Spec], GraphData] = lambda spec: GraphData.expect(load_dataset(spec), "a speed benchmark"),
    ):
        given = {"student": Spec("mlp", **(student or {}))}
        self.config = RunConfig(dataset=name, teacher=teacher, **given).resolve()
        self.dataset = scaled(name, scale)
        self.make = make

    @cached_property
    def graph(self) -> GraphData:
        """The graph, drawn when it is first asked for."""
        return self.make(self.dataset)

    @cached_property
    def observed(self) -> Observed:
        """What training sees."""
        assert self.config.split is not None
        return Views.of(self.graph, self.config.split.build(SPLITTERS).split(self.graph, 0, "transductive")).observed

    def knowledge(self) -> TeacherKnowledge:
        """Logits drawn at random: time does not depend on what a teacher says."""
        shape = self.observed.graph.num_nodes, self.graph.task.num_outputs
        return TeacherKnowledge(
            self.observed.node_ids, {"logits": torch.randn(shape, generator=generator(0, "logits that say nothing"))}
        )

    @property
    def needs(self) -> frozenset[str]:
        """What the method reads of a teacher."""
        needs: frozenset[str] = self.config.method.build(METHODS).teacher_keys
        return needs

    def teacher(self, epochs: int) -> Teacher:
        """The untrained teacher, which will train so many epochs."""
        made: Teacher = self.config.teacher.override(epochs=epochs, patience=epochs).build(TEACHERS)
        return made

    def distil(self, knowledge: TeacherKnowledge, epochs: int, progress: Progress) -> DistillationResult:
        """The student after so many epochs."""
        method = self.config.method.build(METHODS)
        distiller = Distiller(**{**self.config.distill, "epochs": epochs, "patience": epochs})
        student = self.config.student.build(STUDENTS)
        return distiller.fit(
            student, method.build_objective(), self.observed, knowledge, update=method.update, progress=progress
        )
