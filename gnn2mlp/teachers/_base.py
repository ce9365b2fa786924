"""What a teacher is: it fits on an observed view, predicts on any graph, and writes down what it knows."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn.training import History
from gnn2mlp.teachers._neighbourhood import RequestPredictor
from gnn2mlp.teachers._probes import Perturbation


class Export(Configurable):
    """How a teacher writes down what it knows.

    Args:
        draws: of feature noise, for `entropy_shift`; KRD's released code takes one.
        noise: standard deviation of that noise; 1 in KRD.
        perturbation: `"add"` noise to the features (KRD), or `"multiply"` them by one plus noise (released code of
            LightHGNN+).
        top: codes kept for each node, for `code_indices` and `code_probabilities`; the card tells what is lost.
        class_draws: classes drawn for each node, for `class_indices` and `class_probabilities`.
        contexts_near: r, random walks from each node, for `context_ids` and the scores of contexts.
        contexts_hops: h, steps of each walk; r · h nodes near to each one are its contexts.
        contexts_random: s, nodes drawn from all for each near one: s · r · h.
        context_draws: independent draws of all of them, of which a student of links takes the next in each epoch.
        embedding_dtype: `"float32"` or `"float16"`, of `hop_embeddings`: half the memory and file, and a part in two
            thousand of each number.

    Example:
        >>> export = Export(draws=1, contexts_hops=3)
        >>> export.options()["draws"], export.contexts
        (1, 72)
    """

    name = "export"
    citation = (
        "Wu et al., KRD, ICML 2023 (noise); Anshumann et al., Sparse Logit Sampling, ACL 2025 (why to keep few); "
        "Guo et al., LLP, ICML 2023 (contexts)"
    )

    def __init__(
        self,
        draws: int = 8,
        noise: float = 1.0,
        top: int = 32,
        perturbation: Perturbation = "add",
        class_draws: int = 50,
        contexts_near: int = 3,
        contexts_hops: int = 2,
        contexts_random: int = 1,
        context_draws: int = 4,
        embedding_dtype: Literal["float32", "float16"] = "float32",
    ):
        self.draws = draws
        self.noise = noise
        self.top = top
        self.perturbation = perturbation
        self.class_draws = class_draws
        self.contexts_near = contexts_near
        self.contexts_hops = contexts_hops
        self.contexts_random = contexts_random
        self.context_draws = context_draws
        self.embedding_dtype: Literal["float32", "float16"] = embedding_dtype
        check_at_least("export", 1, draws=draws, top=top, class_draws=class_draws, context_draws=context_draws)
        check_at_least("export", 1, contexts_near=contexts_near, contexts_hops=contexts_hops)
        check_at_least("export", 0, contexts_random=contexts_random)
        check_positive("export", noise=noise)

    @property
    def dtype_of_embeddings(self) -> torch.dtype:
        """The type that `embedding_dtype` names."""
        return {"float32": torch.float32, "float16": torch.float16}[self.embedding_dtype]

    @property
    def contexts(self) -> int:
        """How many context nodes are written down for each node: draws · r · h · (1 + s)."""
        return self.context_draws * self.contexts_near * self.contexts_hops * (1 + self.contexts_random)

    def options(self) -> dict[str, Any]:
        """The settings without the name."""
        return dict(self.spec().options)


class Teacher(Configurable, ABC):
    """What is distilled. The only writer of `TeacherKnowledge`.

    A teacher needs `fit` and `export` alone, and need not be a torch module: label propagation and boosted trees are
    teachers too. What it has learnt it keeps in attributes whose names end in `_`; tensors among them are saved.
    Message-passing networks derive from `GNNTeacher`, and others that are trained over a graph from `NetworkTeacher`.

    Attributes:
        provides: knowledge keys that `export` can write.
        reads: what links the nodes that it reads, `GraphData` or `HypergraphData`; `NodeData` where it does not matter,
            or where only an object can say it.
        reads_texts: whether nodes have to have texts.
        unit: what it answers for, as `Task.unit` has it: `"node"`, or the `"pair"` of teachers of links.
    """

    unit: ClassVar[str] = "node"
    provides: frozenset[str] = frozenset({"logits"})
    reads: type[NodeData] = NodeData  # type: ignore[type-abstract]
    reads_texts: ClassVar[bool] = False

    @cached_property
    def history_(self) -> History:
        """What `fit` sets; empty until then, and where there are no epochs."""
        return History()

    @abstractmethod
    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Train on the observed view.

        Args:
            observed: all that may be seen.
            seed: of whatever is drawn.
            device: where to compute, `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`.
            progress: told after every epoch, where there are epochs.
            listeners: told at the beginning, after every epoch and at the end, where there are epochs.
        """

    @abstractmethod
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
        """Write down `needs` for the nodes of the observed view, and nothing else.

        Args:
            observed: the nodes, and the only edges that are looked at.
            needs: keys to write.
            how: sizes of what is written.
            seed: of whatever is drawn.
            card: facts to add to the card.
            device: where to compute.

        Raises:
            ConfigError: if the teacher cannot provide one of them.
        """

    def predict(self, graph: NodeData, device: torch.device | str = "cpu") -> Tensor:
        """Logits (nodes, classes) of all nodes of `graph`. By default what `export` writes of them without labels."""
        return self.export(_unlabelled(graph), ["logits"], device=device)["logits"]

    def neighbourhood_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> RequestPredictor | None:
        """Answers requests for some nodes of `graph` from their neighbourhoods; `None` where a teacher cannot."""
        return None

    @classmethod
    def check_provides(cls, needs: Iterable[str]) -> None:
        """Raise `ConfigError` if `needs` holds a key that this kind of teacher does not write."""
        needs = set(needs)
        if absent := sorted(needs - cls.provides):
            able = [
                n for n, c in TEACHERS.classes.items() if set(absent) <= c.provides and c.unit in _units(cls, needs)
            ]
            raise ConfigError(
                f"teacher {cls.name!r} does not provide {', '.join(map(repr, absent))} "
                f"(it provides {', '.join(sorted(cls.provides))}); teachers that do: {', '.join(able) or 'none'}"
            )

    def check_reads(self, graph: NodeData) -> None:
        """Raise `DataError` if its layers cannot go along what links these nodes, or the task is of another unit."""
        if graph.task.unit != self.unit:
            able = [n for n, c in TEACHERS.classes.items() if c.unit == graph.task.unit]
            raise DataError(
                f"teacher {self.name!r} answers for a {self.unit}, and the task of {graph.name}, {graph.task.name!r}, "
                f"asks for a {graph.task.unit}; expected one of {', '.join(able)} as teacher"
            )
        if not isinstance(graph, self.reads):
            able = [
                n
                for n, c in TEACHERS.classes.items()
                if c.unit == self.unit and c.reads is not NodeData and isinstance(graph, c.reads)
            ]
            raise DataError(
                f"teacher {self.name!r} works on a {self.reads.kind}, and {graph.name} is a {graph.kind}; "
                f"expected one of {', '.join(able)} as teacher"
            )

    @classmethod
    def with_recipe(cls, spec: Spec, recipe: Mapping[str, Mapping[str, Any]]) -> Spec:
        """`spec` with the options that a data set's recipe (teacher name -> options) has for it, where it is silent."""
        return Spec(spec.name, **{**recipe.get(spec.name, {}), **spec.options})

    @classmethod
    def for_epochs(cls, spec: Spec, epochs: int | Sequence[int]) -> Spec:
        """`spec` with a training of at most `epochs` epochs, where this kind of teacher knows epochs.

        One that has members is given a number for all of them, or for each.
        """
        return spec.override(epochs=epochs) if "epochs" in cls.constructor_options() else spec

    @classmethod
    def wrapping(cls, spec: Spec) -> Spec | None:
        """A teacher of this kind built around the one of `spec`, for kinds that take another one in; else `None`."""
        return None

    def save(self, path: str | Path, about: Mapping[str, Any] | None = None) -> None:
        """Write what it has learnt, its spec and history as one checksummed file; `about` is kept in its card.

        Raises:
            ArtefactError: if it cannot be written.
        """
        tensors, facts = self.state()
        card = {"spec": self.spec().to_dict(), "history": self.history_.to_dict(), "about": dict(about or {}), **facts}
        artefact.save(path, "teacher", tensors, card)

    @staticmethod
    def load(path: str | Path) -> "Teacher":
        """Read what `save` wrote, whatever kind of teacher it was.

        Raises:
            ArtefactError: if the file is missing, truncated, altered or of a newer format.
            UnknownNameError: if it is of a kind that is not registered here.
        """
        tensors, card = artefact.load(path, "teacher")
        teacher = Spec.parse(card["spec"]).build(TEACHERS)
        teacher.restore(tensors, card)
        teacher.history_ = History(**card["history"])
        return teacher

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """What `save` writes: tensors, and facts in plain types. Default: the tensors whose names end in `_`."""
        learnt = {k: v for k, v in vars(self).items() if k.endswith("_") and isinstance(v, Tensor)}
        return learnt, {}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Take up what `state` gave."""
        for name, tensor in tensors.items():
            setattr(self, name, tensor)


def _unlabelled(graph: NodeData) -> Observed:
    """A view of all nodes and of no label."""
    ids = torch.arange(graph.num_nodes)
    hidden = replace(graph, labels=torch.full_like(graph.labels, graph.task.blank))
    return Observed(hidden, ids, train=ids[:0], valid=ids[:0])


# What only teachers of links write down.
_OF_LINKS = frozenset(name for name in KEYS if "context" in name)

TEACHERS: Registry[Teacher] = Registry("teacher", "gnn2mlp.teachers", Teacher)  # type: ignore[type-abstract]


def providing(spec: Spec, needs: Iterable[str]) -> Spec:
    """A teacher that can write `needs`: the one of `spec`, else one that is built around it.

    So `--teacher sage --method vqgraph` trains a tokenizer whose encoder is SAGE, and with scores of contexts among
    `needs` a teacher of links does the same. A teacher of nodes is not taken into one for what nodes have too.

    Raises:
        ConfigError: if neither can.
    """
    kind, wanted = TEACHERS.get(spec.name), set(needs)
    if not wanted <= kind.provides:
        for other in TEACHERS.classes.values():
            wrapped = other.wrapping(spec) if wanted <= other.provides and other.unit in _units(kind, wanted) else None
            if wrapped is not None:
                return wrapped
        kind.check_provides(wanted)
    return spec


def _units(kind: type[Teacher], needs: set[str]) -> set[str]:
    """What teachers may answer for that stand in for one of a kind: the same, or pairs whose scores are needed."""
    return {kind.unit, "pair"} if needs & _OF_LINKS else {kind.unit}
