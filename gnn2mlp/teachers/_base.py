"""What a teacher is: it fits on an observed view, predicts on any graph, and writes down what it knows."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.training import History
from gnn2mlp.teachers._neighbourhood import NeighbourhoodPredictor
from gnn2mlp.teachers._probes import Perturbation, entropy_shift


class Export(Configurable):
    """How a teacher writes down what it knows.

    Args:
        draws: of feature noise, for `entropy_shift`; KRD's released code takes one.
        noise: standard deviation of that noise; 1 in KRD.
        perturbation: `"add"` noise to the features (KRD), or `"multiply"` them by one plus noise (released code of
            LightHGNN+).
        top: codes kept for each node, for `code_indices` and `code_probabilities`; the card tells what is lost.
    """

    name = "export"
    citation = "Wu et al., KRD, ICML 2023 (noise); Anshumann et al., Sparse Logit Sampling, ACL 2025 (why to keep few)"

    def __init__(self, draws: int = 8, noise: float = 1.0, top: int = 32, perturbation: Perturbation = "add"):
        self.draws = draws
        self.noise = noise
        self.top = top
        self.perturbation = perturbation
        check_at_least("export", 1, draws=draws, top=top)
        check_positive("export", noise=noise)

    def options(self) -> dict[str, Any]:
        """The settings without the name."""
        return dict(self.spec().options)


class Teacher(Configurable, ABC):
    """A model of nodes in a graph. The only writer of `TeacherKnowledge`.

    Attributes:
        provides: knowledge keys that `export` can write.
        reads: what its layers go along, `GraphData` or `HypergraphData`; `NodeData` where only an object can say it.
        module_: the fitted network, set by `fit`.
        history_: how training went, set by `fit`.
    """

    provides: ClassVar[frozenset[str]] = frozenset({"logits", "hidden", "entropy_shift"})
    reads: type[NodeData] = NodeData  # type: ignore[type-abstract]
    module_: nn.Module
    history_: History

    @abstractmethod
    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """The untrained network for these sizes."""

    @abstractmethod
    def fit(
        self, observed: Observed, *, seed: int = 0, device: torch.device | str = "cpu", progress: Progress = silent
    ) -> History:
        """Train on the observed view; keep the epoch with the best validation accuracy."""

    @abstractmethod
    def evaluate(self, graph: NodeData, device: torch.device | str = "cpu") -> Mapping[str, Tensor]:
        """`logits`, `hidden` and what else `write` reads, over all nodes of `graph`, on the CPU.

        From full neighbourhoods, in evaluation mode.
        """

    @abstractmethod
    def neighbourhood_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> NeighbourhoodPredictor:
        """Answers requests for nodes of `graph`, fetching what it needs."""

    def predict(self, graph: NodeData, device: torch.device | str = "cpu") -> Tensor:
        """Logits (nodes, classes) on `graph`."""
        return self.evaluate(graph, device)["logits"]

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
            seed: of the feature noise.
            card: facts to add to the card.
            device: where to compute.

        Raises:
            ConfigError: if the teacher cannot provide one of them.
        """
        self.check_provides(needs)
        how, wanted = how or Export(), sorted(set(needs))
        arrays, facts = self.write(observed.graph, frozenset(wanted), how, seed, device)
        facts = {"teacher": self.spec().to_dict(), **facts, **(card or {})}
        return TeacherKnowledge(observed.node_ids, {key: arrays[key] for key in wanted}, facts)

    def write(
        self, graph: NodeData, needs: frozenset[str], how: Export, seed: int, device: torch.device | str
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """At least the arrays `needs` over all nodes of `graph`, and facts about them for the card."""
        arrays, facts = dict(self.evaluate(graph, device)), {}
        if "entropy_shift" in needs:
            draws, noise, perturbation = how.draws, how.noise, how.perturbation
            arrays["entropy_shift"] = entropy_shift(
                lambda noisy: self.predict(noisy, device), graph, arrays["logits"], draws, noise, seed, perturbation
            )
            facts["entropy_shift"] = {"draws": draws, "noise": noise, "seed": seed, "perturbation": perturbation}
        return arrays, facts

    @classmethod
    def check_provides(cls, needs: Iterable[str]) -> None:
        """Raise `ConfigError` if `needs` holds a key that this kind of teacher does not write."""
        if absent := sorted(set(needs) - cls.provides):
            able = [n for n, c in TEACHERS.classes.items() if set(absent) <= c.provides]
            raise ConfigError(
                f"teacher {cls.name!r} does not provide {', '.join(map(repr, absent))} "
                f"(it provides {', '.join(sorted(cls.provides))}); teachers that do: {', '.join(able) or 'none'}"
            )

    def check_reads(self, graph: NodeData) -> None:
        """Raise `DataError` if its layers cannot go along what links these nodes."""
        if not isinstance(graph, self.reads):
            able = [n for n, c in TEACHERS.classes.items() if c.reads is not NodeData and isinstance(graph, c.reads)]
            raise DataError(
                f"teacher {self.name!r} works on a {self.reads.kind}, and {graph.name} is a {graph.kind}; "
                f"expected one of {', '.join(able)} as teacher"
            )

    @classmethod
    def with_recipe(cls, spec: Spec, recipe: Mapping[str, Mapping[str, Any]]) -> Spec:
        """`spec` with the options that a data set's recipe (teacher name -> options) has for it, where it is silent."""
        return Spec(spec.name, **{**recipe.get(spec.name, {}), **spec.options})

    @classmethod
    def wrapping(cls, spec: Spec) -> Spec | None:
        """A teacher of this kind built around the one of `spec`, for kinds that take another one in; else `None`."""
        return None

    def save(self, path: Path, about: Mapping[str, Any] | None = None) -> None:
        """Write weights, spec and history as one checksummed file."""
        card = {
            "spec": self.spec().to_dict(),
            "num_features": self.num_features_,
            "num_classes": self.num_classes_,
            "history": self.history_.to_dict(),
            "about": dict(about or {}),
        }
        artefact.save(path, "teacher", self.module_.state_dict(), card)

    @staticmethod
    def load(path: Path) -> "Teacher":
        """Read what `save` wrote, whatever kind of teacher it was."""
        tensors, card = artefact.load(path, "teacher")
        teacher = Spec.parse(card["spec"]).build(TEACHERS)
        with seeded(0, "weights that are overwritten at once"):
            teacher.initialise(card["num_features"], card["num_classes"])
        teacher.module_.load_state_dict(tensors)
        teacher.module_.eval()
        teacher.history_ = History(**card["history"])
        return teacher

    def initialise(self, num_features: int, num_classes: int) -> None:
        """Set `module_` to an untrained network for these sizes."""
        self.num_features_, self.num_classes_ = num_features, num_classes
        self.module_ = self.build(num_features, num_classes)


TEACHERS: Registry[Teacher] = Registry("teacher", "gnn2mlp.teachers", Teacher)  # type: ignore[type-abstract]


def providing(spec: Spec, needs: Iterable[str]) -> Spec:
    """A teacher that can write `needs`: the one of `spec`, else one that is built around it.

    So `--teacher sage --method vqgraph` trains a tokenizer whose encoder is SAGE.

    Raises:
        ConfigError: if neither can.
    """
    kind, wanted = TEACHERS.get(spec.name), set(needs)
    if not wanted <= kind.provides:
        for other in TEACHERS.classes.values():
            wrapped = other.wrapping(spec) if wanted <= other.provides else None
            if wrapped is not None:
                return wrapped
        kind.check_provides(wanted)
    return spec
