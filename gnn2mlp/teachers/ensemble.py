"""Several teachers as one: what they say on average, what each says, and how far they disagree."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import permutations
from typing import Any, Literal

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.listeners import Listener, Staged
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.keys import KEYS
from gnn2mlp.nn.training import History
from gnn2mlp.tasks import Task
from gnn2mlp.teachers._base import TEACHERS, Export, Teacher
from gnn2mlp.teachers._derived import DERIVED, derived
from gnn2mlp.teachers._neighbourhood import Mean, MeanPredictor, RequestPredictor

# What a history calls the epoch that each member kept.
MEMBER_EPOCHS = "member_epochs"
# Keys of the ensemble that members answer together; it has all others but these only where each member has them.
_OWN = frozenset({"logits", "member_logits", "disagreement"}) | DERIVED


class Ensemble(Teacher):
    """Any registered teachers, trained one after another; their mean is what a student learns.

    The mean of probabilities is what a random member says, and is better calibrated than members are
    (Lakshminarayanan et al., NeurIPS 2017, https://arxiv.org/abs/1612.01474); that of logits is the normalised product
    of their probabilities (Hinton, Products of Experts, Neural Computation 2002), and is surer where they agree.

    Members of the same kind and options get different seeds, the first of them the ensemble's own: so that it is the
    very teacher that this seed gives alone. Memory is that of one member at a time beside the weights of all.

    The history has a line for each member: its last loss, and the validation score of the members so far; the epochs
    that were kept are noted as `member_epochs`.

    Args:
        members: names, or mappings with options; they work on the same kind of data, and none is an ensemble itself.
        mean: `"probabilities"` or `"logits"`. Of a regression both are the mean of values.

    Attributes:
        teachers: the members, fitted by `fit`.

    Example:
        >>> from gnn2mlp.data import Observed, graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 3, 4], [1, 2, 4, 5]])
        >>> observed = Observed(graph, torch.arange(6), train=torch.tensor([0, 3]), valid=torch.tensor([1, 4]))
        >>> teacher = Ensemble(members=["sage", {"name": "gcn", "hidden": 16}, {"name": "gcn", "hidden": 16}])
        >>> history = teacher.fit(observed)
        >>> table = teacher.export(observed, ["logits", "member_logits", "disagreement"])
        >>> table["member_logits"].shape, table["disagreement"].shape
        (torch.Size([6, 3, 2]), torch.Size([6]))
        >>> torch.allclose(table["logits"].exp(), table["member_logits"].softmax(-1).mean(1))
        True
    """

    name = "ensemble"
    citation = "Lakshminarayanan et al., Simple and Scalable Predictive Uncertainty Estimation, NeurIPS 2017"
    provides = _OWN | {"hidden"}

    def __init__(self, members: Any = ("sage", "gcn", "gat"), mean: Mean = "probabilities"):
        self.teachers = [_member(member) for member in _listed(members)]
        self.members = [teacher.spec().to_dict() for teacher in self.teachers]
        self.mean: Literal["probabilities", "logits"] = mean
        self.reads = _read_by_all(self.teachers)
        if not all("hidden" in teacher.provides for teacher in self.teachers):
            self.provides = _OWN

    @classmethod
    def with_recipe(cls, spec: Spec, recipe: Mapping[str, Mapping[str, Any]]) -> Spec:
        """As in `Teacher`, for each member as well."""
        merged = super().with_recipe(spec, recipe)
        return cls.of_members(merged, lambda one, _: TEACHERS.get(one.name).with_recipe(one, recipe))

    @classmethod
    def for_epochs(cls, spec: Spec, epochs: int | Sequence[int]) -> Spec:
        """As in `Teacher`, for each member; several numbers are those of the members."""

        def limited(member: Spec, number: int) -> Spec:
            own = epochs if isinstance(epochs, int) else epochs[number]
            return TEACHERS.get(member.name).for_epochs(member, own)

        return cls.of_members(spec, limited)

    @classmethod
    def of_members(cls, spec: Spec, change: Any) -> Spec:
        """`spec` with `change(member, number)`, a `Spec`, for each of its members."""
        members = _listed(spec.options.get("members", cls.constructor_options()["members"].default))
        changed = [change(Spec.parse(member), number) for number, member in enumerate(members)]
        return spec.override(members=[member.to_dict() for member in changed])

    def seeds(self, seed: int) -> list[int]:
        """The seed of each member: the ensemble's for the first of its kind and options, else one derived from it."""
        before = [self.members[:number].count(member) for number, member in enumerate(self.members)]
        return [seed if count == 0 else derive(seed, f"member {count}") for count in before]

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Train each member. Listeners hear of stages `member-1/teacher` and so on.

        Raises:
            DataError: if a member cannot go along what links the nodes.
        """
        self.check_reads(observed.graph)
        history, said = History(epochs=len(self.teachers)), list[Tensor]()
        for number, (teacher, own) in enumerate(zip(self.teachers, self.seeds(seed), strict=True), start=1):
            told = [Staged(listener, f"member-{number}/") for listener in listeners]
            more: dict[str, Any] = {"listeners": told} if told else {}  # a user's own may know no such thing
            noted = partial(_told_of, progress, f"{teacher.name}, {number} of {len(self.teachers)}")
            teacher.fit(observed, seed=own, device=device, progress=noted, **more)
            history.seconds += teacher.history_.seconds
            history.loss += teacher.history_.loss[-1:]
            history.logged.setdefault(MEMBER_EPOCHS, []).append(teacher.history_.best_epoch)
            if observed.valid.numel():
                said.append(teacher.predict(observed.graph, device)[observed.valid])
                output = self.mean_of(observed.task, torch.stack(said))
                history.valid.append(observed.task.score(output, observed.graph.labels[observed.valid]))
        history.best_epoch = len(self.teachers)
        self.history_ = history
        return history

    def mean_of(self, task: Task, outputs: Tensor) -> Tensor:
        """Outputs (rows, outputs) of the ensemble, given those (members, rows, outputs) of its members."""
        return task.mean_output(outputs) if self.mean == "probabilities" else outputs.mean(0)

    def predict(self, graph: NodeData, device: torch.device | str = "cpu") -> Tensor:
        """Logits (nodes, classes) on `graph`."""
        self.check_reads(graph)
        return self.mean_of(graph.task, torch.stack([teacher.predict(graph, device) for teacher in self.teachers]))

    def export(
        self,
        observed: Observed,
        needs: Iterable[str] = ("logits",),
        *,
        how: Export | None = None,
        seed: int = 0,
        card: Mapping[str, Any] | None = None,
        device: torch.device | str = "cpu",
    ) -> TeacherKnowledge:
        """As in `Teacher`; `hidden` are those of all members beside each other."""
        wanted, graph = frozenset(needs), observed.graph
        self.check_provides(wanted)
        self.check_reads(graph)
        asked = {"logits"} | (wanted & {"hidden"})
        tables = [teacher.export(observed, asked, how=how, seed=seed, device=device) for teacher in self.teachers]
        outputs = torch.stack([table["logits"] for table in tables])
        arrays = {"logits": self.mean_of(observed.task, outputs)}
        if "hidden" in wanted:
            arrays["hidden"] = torch.cat([table["hidden"] for table in tables], dim=1)
        if "member_logits" in wanted:
            arrays["member_logits"] = outputs.transpose(0, 1).contiguous()
        if "disagreement" in wanted:
            arrays["disagreement"] = disagreement(observed.task, outputs)
        ask = partial(self.predict, device=device)
        more, facts = derived(ask, graph, arrays["logits"], wanted, how or Export(), seed)
        kept = {key: (arrays | more)[key].to(KEYS[key].dtype) for key in sorted(wanted)}
        return TeacherKnowledge(observed.node_ids, kept, {"teacher": self.spec().to_dict(), **facts, **(card or {})})

    def neighbourhood_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> RequestPredictor | None:
        """Asks each member, whose neighbourhoods are nested; `None` where one of them answers no requests."""
        self.check_reads(graph)
        found = [teacher.neighbourhood_predictor(graph, device) for teacher in self.teachers]
        there = [predictor for predictor in found if predictor is not None]
        return MeanPredictor(there, self.mean) if len(there) == len(found) else None

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """What each member keeps, by its number."""
        tensors: dict[str, Tensor] = {}
        facts: list[dict[str, Any]] = []
        for number, teacher in enumerate(self.teachers):
            own, about = teacher.state()
            tensors |= {f"{number}/{name}": tensor for name, tensor in own.items()}
            facts.append({**about, "history": teacher.history_.to_dict()})
        return tensors, {"members": facts}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Take up what `state` gave."""
        for number, (teacher, about) in enumerate(zip(self.teachers, facts["members"], strict=True)):
            prefix = f"{number}/"
            own = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
            teacher.restore(own, about)
            teacher.history_ = History(**about["history"])


def disagreement(task: Task, outputs: Tensor) -> Tensor:
    """How far members are from each other: the mean divergence (rows,) over ordered pairs of them, 0 of one alone.

    Of classes KL(p_i ‖ p_j) in nats.

    Args:
        task: says what divergence is.
        outputs: (members, rows, outputs).
    """
    pairs = list(permutations(range(outputs.size(0)), 2))
    if not pairs:
        return outputs.new_zeros(outputs.size(1))
    total = torch.zeros(outputs.size(1), dtype=torch.float64)
    for one, other in pairs:
        total += task.divergence(outputs[one].double(), outputs[other].double())
    return total / len(pairs)


def _told_of(progress: Progress, member: str, done: int, total: int, note: str = "") -> None:
    progress(done, total, f"{member}: {note}" if note else member)


def _listed(members: Any) -> list[Any]:
    if isinstance(members, str | Mapping | Spec | Teacher) or not isinstance(members, Sequence) or not members:
        raise ConfigError(
            "teacher.members: expected a list of at least one teacher, such as ['sage', {'name': 'gcn', 'lr': 0.02}], "
            f"got {members!r}"
        )
    return list(members)


def _member(value: Any) -> Teacher:
    spec = Spec.parse(value)
    if issubclass(TEACHERS.get(spec.name), Ensemble):
        raise ConfigError(
            "teacher.members: expected teachers, got an ensemble among them; name its members beside the others"
        )
    return spec.build(TEACHERS)


def _read_by_all(teachers: Sequence[Teacher]) -> type[NodeData]:
    """The kind of data that all members read.

    Raises:
        ConfigError: if there is none.
    """
    kinds = {teacher.reads for teacher in teachers if teacher.reads is not NodeData}
    if len(kinds) > 1:
        named = ", ".join(f"{teacher.name} a {teacher.reads.kind}" for teacher in teachers)
        raise ConfigError(
            f"teacher.members: expected teachers that read the same kind of data, got {named}; name those of one kind"
        )
    return kinds.pop() if kinds else NodeData
