"""What a method is: an objective, an update rule, and where it departs from its paper or released code."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.networks import check_of_network
from gnn2mlp.distill.result import DistillationResult
from gnn2mlp.distill.updates import UpdateRule
from gnn2mlp.objectives import Objective, knowledge_needs
from gnn2mlp.students import Student


class Method(Configurable, ABC):
    """Names the terms of the loss, their weights and how a student learns from them. Knows no graph and no teacher.

    Attributes:
        idea: what it does, in four sentences, to somebody who has not read the paper.
        departures: where this implementation departs from the paper or its released code.
        update: `"joint"` minimises the sum; `"alternating"` takes one optimiser pass per term.
        unit: what it speaks of, nodes or pairs of them: a method of one goes with tasks of that one alone.
        needs_graph: whether the student that it ships reads the graph when it answers, which no graph-free one does.
        streams: whether the rows of a table, which come one shard after the other, will do. Not where a student learns
            from what an earlier one says of all rows.

    Example:
        >>> from gnn2mlp.core.spec import Spec
        >>> method = Spec("glnn", hard_weight=0.5).build(METHODS)
        >>> method.build_objective()
        0.5 * Spec('hard_labels') + 0.5 * Spec('soft_labels', temperature=1.0, ..., table='teacher')
        >>> sorted(method.teacher_keys)
        ['logits']
    """

    idea: ClassVar[str] = ""
    departures: ClassVar[str] = ""
    update: UpdateRule = "joint"
    unit: Literal["node", "pair"] = "node"
    needs_graph: bool = False
    streams: ClassVar[bool] = True

    @abstractmethod
    def build_objective(self) -> Objective:
        """A fresh objective of the student that ships."""

    def learn(self, learner: Learner) -> DistillationResult:
        """Train the student; by default one training of `build_objective`.

        A method may train several students or phases: `learner.fit` trains each, `learner.write` turns one's answers
        into a table that the next reads.
        """
        return learner.fit(self.build_objective(), update=self.update)

    @property
    def teaches_networks(self) -> bool:
        """Whether a student that needs the graph can learn so. Default: where one training of the objective is all."""
        return type(self).learn is Method.learn

    def check_student(self, student: Student) -> None:
        """Raise an error if the student needs the graph, and the method or a term reads what such a one has not."""
        if not student.needs_graph:
            return
        if not self.teaches_networks:
            raise ConfigError(
                f"method {self.name!r} trains in several phases, students or inputs, which a student that needs the "
                f"graph does not take; with student {student.name!r} expected one of one training, such as glnn"
            )
        check_of_network(self.build_objective())

    def check_streams(self) -> None:
        """Raise `ConfigError` if the rows of a table will not do; called before a table is joined."""
        if not self.streams:
            raise ConfigError(
                f"method {self.name!r} trains several students or phases on all nodes, and a table of rows is "
                "streamed; distil on the graph: gnn2mlp run"
            )

    @property
    def needs(self) -> frozenset[str]:
        """All that training reads beside features and labels; see `Objective.needs`."""
        return self.build_objective().needs

    @property
    def teacher_keys(self) -> frozenset[str]:
        """The keys of the teacher's knowledge that training reads; none: it needs no teacher."""
        return knowledge_needs(self.needs)


def check_hard_weight(value: float) -> None:
    """Raise `ConfigError` unless λ, the share of hard labels in the loss, lies in 0..1."""
    if not 0 <= value <= 1:
        raise ConfigError(f"method.hard_weight: expected a number from 0 to 1, got {value}")


METHODS: Registry[Method] = Registry("method", "gnn2mlp.methods", Method)  # type: ignore[type-abstract]
