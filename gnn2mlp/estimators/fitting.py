"""The way from arrays to a student. Loads the training side of the package; the estimator imports it in `fit` alone."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch

from gnn2mlp.core.environment import environment, resolve_device
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data import NodeData, Observed
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import DistillationResult, Distiller, Learner
from gnn2mlp.distill.in_memory import check_links
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.estimators import holdout
from gnn2mlp.estimators.bars import Stage
from gnn2mlp.estimators.nodes import Nodes
from gnn2mlp.evaluate.churn import Churn, churn
from gnn2mlp.inputs import INPUTS, Inputs
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.methods.composed import Composed
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.features import check_features
from gnn2mlp.objectives import Objective, check_draws
from gnn2mlp.pipeline.previous import Previous
from gnn2mlp.pipeline.warm import Warm, warm_start
from gnn2mlp.students import STUDENTS, Student
from gnn2mlp.teachers import TEACHERS, Export, Teacher, providing

T = TypeVar("T", bound=Configurable)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is trained, checked and built before any data are looked at.

    Args:
        teacher: not yet fitted.
        method: how the student learns.
        student: recipe of the student.
        inputs: what makes its row of a node.
        distiller: trains it.
        device: where.
        seed: of hold-out, initialisation and batches.
    """

    teacher: Teacher
    method: Method
    student: Student
    inputs: Inputs
    distiller: Distiller
    device: torch.device
    seed: int

    @classmethod
    def make(
        cls,
        teacher: Any,
        method: Any,
        student: Any,
        inputs: Any,
        distill: Mapping[str, Any] | None,
        device: str,
        seed: int,
    ) -> "Plan":
        """Build components from names, mappings, specs or objects.

        Raises:
            ConfigError: for unknown names or options, or a teacher that cannot provide what the method reads.
        """
        chosen: Method = _component(Composed(method) if isinstance(method, Objective) else method, METHODS, Method)  # type: ignore[type-abstract]
        if not isinstance(teacher, Teacher):
            teacher = providing(Spec.parse(teacher), chosen.teacher_keys)
        made = cls(
            teacher=_component(teacher, TEACHERS, Teacher),  # type: ignore[type-abstract]
            method=chosen,
            student=_component(student, STUDENTS, Student),  # type: ignore[type-abstract]
            inputs=_component(inputs, INPUTS, Inputs),  # type: ignore[type-abstract]
            distiller=Distiller(**_distill_options(distill).checked(Distiller, "distill")),
            device=resolve_device(device),
            seed=seed,
        )
        made.check_graph_free()
        made.teacher.check_provides(made.method.teacher_keys)
        check_draws(made.method.build_objective().terms(), Export().draws)
        return made

    def check_graph_free(self) -> None:
        """Raise `ConfigError` if the student would read the graph when it answers, which `predict` is not given."""
        for part in (self.inputs, self.method):
            if part.needs_graph:
                raise ConfigError(
                    f"{part.name}: its student reads the graph when it answers, and an estimator answers from features "
                    "alone; train it by gnn2mlp.pipeline.run, or take a graph-free one"
                    + (" (NOSMOG(positions=None))" if part.name == "nosmog" else "")
                )

    def check_links(self, observed: Observed) -> None:
        """Raise `DataError` if teacher or method cannot go along what links the nodes."""
        if self.method.teacher_keys:
            self.teacher.check_reads(observed.graph)
        check_links(self.method.build_objective(), observed.graph)


def _distill_options(options: Any) -> Spec:
    if options is not None and not isinstance(options, Mapping):
        raise ConfigError(f"distill: expected a mapping of options such as {{'epochs': 200}}, or None, got {options!r}")
    return Spec("distill", **{str(key): value for key, value in (options or {}).items()})


def _component(value: Any, registry: Registry[T], kind: type[T]) -> T:
    """An object as a copy of its own, since fitting leaves traces on it; all else by its name in the registry."""
    if isinstance(value, kind):
        return copy.deepcopy(value)
    return Spec.parse(value).build(registry)


class Read(NamedTuple):
    """Features as training reads them.

    Attributes:
        x: float32 (nodes, features).
        doubles: whether they came in double precision, in which the student then answers.
        encoder: what made them of the columns of a table, fitted, or `None`.
    """

    x: Features
    doubles: bool
    encoder: Any = None


def read_features(nodes: Nodes, columns: Any) -> Read:
    """Features of nodes: as they are, or of the columns of a table by what they hold.

    Args:
        nodes: with features or a table.
        columns: encoders by column, where others are wanted than those that suit what it holds.

    Raises:
        DataError: for what cannot be learnt from.
        ConfigError: for encoders where there is no table, or that cannot read their column.
    """
    if not nodes.is_table:
        if columns is not None:
            raise ConfigError("columns: expected X as a table with named columns, whose encoders these are, got none")
        given = check_features(nodes.features, "X")
        # Again: a double may exceed what a float holds.
        x = check_features(given.to(dtype=torch.float32), "X")
        return Read(x, given.dtype == torch.float64)
    encoder = TableEncoder(columns).fit(nodes.features, ids=nodes.ids)
    return Read(check_features(encoder.transform(nodes.features, ids=nodes.ids), "X"), False, encoder)


def observe(graph: NodeData, validation: float | Any, ids: Any, seed: int) -> Observed:
    """The view for training: every given node, with the labelled ones divided into training and validation.

    Raises:
        DataError: for labels or validation nodes that cannot be learnt from.
        ConfigError: for a validation fraction out of range.
    """
    task, is_train = graph.task, graph.task.known(graph.labels)
    strata = torch.where(is_train, task.strata(graph.labels), -1)
    if ids is None:
        valid = holdout.stratified(strata, validation, seed)
    else:
        valid = holdout.explicit(strata, task.output_names if task.exclusive else ("any node",), ids)
    is_train[valid] = False
    train = is_train.nonzero()[:, 0]
    task.check_split(graph.labels[train], graph.labels[valid], "y")
    return Observed(graph, torch.arange(graph.num_nodes), train, valid)


@dataclass(frozen=True, eq=False)
class Fitted:
    """What training leaves behind; teacher and knowledge are `None` for a method that needs no teacher."""

    predictor: Predictor
    teacher: Teacher | None
    knowledge: TeacherKnowledge | None
    history: dict[str, dict[str, Any]]


class Earlier(NamedTuple):
    """The student of an earlier fit, to whose answers the next one keeps.

    Attributes:
        previous: what it says of the nodes.
        warm: its weights, as far as the next one can start from them.
    """

    previous: Previous
    warm: Warm


def earlier_of(
    predictor: Predictor, plan: Plan, rows: Any, observed: Observed, read: Read, names: Any, weight: float
) -> Earlier:
    """What a fit takes over from an earlier one.

    Args:
        predictor: the student of the earlier fit.
        plan: of this one.
        rows: nodes as that student reads them.
        observed: with the task.
        read: features of the nodes.
        names: of the features, or `None`.
        weight: of keeping to its answers.

    Raises:
        DataError: if it answers something else, or reads other columns.
    """
    task = observed.task
    kept = Previous.of_student(predictor, rows, task, check_weight(weight), "the earlier fit")
    features = read.x.shape[1] if names is None else names
    if read.encoder is not None:
        features = read.encoder.feature_names
    return Earlier(kept, warm_start(predictor, plan.student.spec(), features, task.answers.classes, plan.inputs.name))


def check_weight(weight: float) -> float:
    """The weight, if it is one.

    Raises:
        ConfigError: if it is not between 0 and 1.
    """
    if not 0 <= weight <= 1:
        raise ConfigError(f"previous_weight: expected a number from 0 to 1, got {weight!r}")
    return weight


def churn_of(earlier: Earlier, predictor: Predictor, observed: Observed) -> Churn | None:
    """Which answers to the nodes the new student changes; validation nodes tell whether for the better.

    `None` where answers are no single classes.
    """
    task, graph = observed.task, observed.graph
    if not task.exclusive:
        return None
    now = torch.from_numpy(np.asarray(predictor.on_features().outputs(graph.features)))
    before, after = (task.decide(one).numpy() for one in (earlier.previous.said, now))  # type: ignore[attr-defined]
    truth = np.full(graph.num_nodes, -1)
    truth[observed.valid.numpy()] = graph.labels[observed.valid].numpy()
    return churn(before, after, task.num_outputs, truth)


def train(
    plan: Plan,
    observed: Observed,
    read: Read,
    names: tuple[str, ...] | None,
    stage: Stage,
    earlier: Earlier | None = None,
) -> Fitted:
    """Fit the teacher, write down what it knows, distil the student; from the weights of an earlier one, if given."""
    teacher = plan.teacher if plan.method.teacher_keys else None
    knowledge = None if teacher is None else _taught(plan, teacher, observed, stage)
    learner = Learner(
        plan.distiller,
        plan.student,
        observed,
        knowledge,
        inputs=plan.inputs,
        seed=plan.seed,
        device=plan.device,
        progress=stage("student"),
        **({} if earlier is None else _kept_to(earlier, observed)),
    )
    result = plan.method.learn(learner)
    history = {} if teacher is None else {"teacher": teacher.history_.to_dict()}
    history["student"] = result.history.to_dict()
    card = _card(plan, result, observed, history)
    task = result.task if result.task is not None else observed.task
    module = result.module.double() if read.doubles else result.module
    more = {} if read.encoder is None else {"columns": read.encoder}
    width = observed.graph.num_features
    predictor = Predictor(result.student or plan.student, module, width, task, card, names, result.inputs, **more)
    return Fitted(predictor, teacher, knowledge, history)


def _kept_to(earlier: Earlier, observed: Observed) -> dict[str, Any]:
    kept = earlier.previous
    anchored = {"previous": kept.table(observed), "anchor": kept.anchor(), "anchor_weight": kept.weight}
    return {**anchored, "start": earlier.warm.start}


def _taught(plan: Plan, teacher: Teacher, observed: Observed, stage: Stage) -> TeacherKnowledge:
    teacher.fit(observed, seed=plan.seed, device=plan.device, progress=stage("teacher"))
    return teacher.export(observed, {"logits", *plan.method.teacher_keys}, seed=plan.seed, device=plan.device)


def _card(
    plan: Plan, result: DistillationResult, observed: Observed, history: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    teacher = plan.teacher if plan.method.teacher_keys else None
    parts = [part for part in (teacher, plan.method) if part is not None]
    return {
        **result.card,
        "teacher": None if teacher is None else teacher.spec().to_dict(),
        "method": plan.method.spec().to_dict(),
        "citations": [part.citation for part in parts],
        "observed": observed.digest,
        "validation": _validated(observed, history["student"]),
        "history": {role: dict(told) for role, told in history.items()},
        "environment": environment(plan.device),
    }


def _validated(observed: Observed, history: Mapping[str, Any]) -> dict[str, Any]:
    """The figure by which the epoch was chosen, as it is, and how many labels trained and chose."""
    task, score = observed.task, history["valid"][history["best_epoch"] - 1]
    value = score if task.metrics[task.metric].greater_is_better else -score
    return {
        "metric": task.metric,
        "value": value,
        "nodes": observed.valid.numel(),
        "training": observed.train.numel(),
        "all": observed.graph.num_nodes,
    }
