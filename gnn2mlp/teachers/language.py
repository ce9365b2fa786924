"""A language model as a teacher: what it makes of texts, and a classifier on that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

import torch
from torch import Tensor

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.training import History
from gnn2mlp.teachers._base import TEACHERS, Export, Teacher
from gnn2mlp.teachers._derived import DERIVED
from gnn2mlp.teachers._logistic import LogisticHops
from gnn2mlp.teachers._neighbourhood import RequestPredictor
from gnn2mlp.teachers._network_teacher import NetworkTeacher
from gnn2mlp.teachers._prompts import PromptTemplate, prompts_of
from gnn2mlp.teachers.sign import row_norm
from gnn2mlp.texts import TEXT_ENCODERS, TextEncoder
from gnn2mlp.texts.cache import encode_cached

LINEAR = "linear"


class Language(Teacher):
    """A text encoder that reads nodes and their neighbourhoods, with a classifier behind it (LinguGKD).

    The encoder is a language model, or LSA fitted on the texts of observed nodes. What it says of a node with 0, 1 ..
    K hops of its neighbourhood is `hop_embeddings`: embeddings of texts, averaged over neighbours and the node itself
    l times (`read="average"`), or the embedding of a prompt that holds the neighbours' texts too (`read="prompt"`).
    Embeddings are multiplied by one number, so that their mean squared length is 1 whatever the encoder; on longer rows
    networks overfit within ten epochs. The encoder is never trained; the classifier alone sees labels, those of
    training.

    What a costly encoder makes of a text is kept on disk by the digests of both, so that it reads each text once.

    Args:
        encoder: a text encoder, a name or a mapping with options: `"lsa"`, `"minilm"`, `"stored"` and others.
        hops: K.
        read: `"average"` or `"prompt"`; prompts are longer, and for encoders that read long texts.
        around: the classifier: `"linear"`, logistic regression on the farthest hop, whose penalty validation
            chooses; or a teacher of nodes by name or mapping, such as `"gcn"`, that is given the embeddings of nodes'
            own texts as features.
        own: characters of a node's own text in a prompt, at most.
        other: characters of each neighbour's text, at most.
        most: neighbours of each hop in a prompt, at most.

    Attributes:
        scale_: what embeddings are multiplied with, a tensor of no axes.

    Example:
        >>> from gnn2mlp.data import Observed, graph_from_arrays
        >>> texts = ["red wine", "white wine", "wine and cheese", "old car", "fast car", "car and road"]
        >>> graph = graph_from_arrays(torch.eye(6), [0, 0, 0, 1, 1, 1], [[0, 1, 3, 4], [1, 2, 4, 5]], texts=texts)
        >>> observed = Observed(graph, torch.arange(6), train=torch.tensor([0, 3]), valid=torch.tensor([1, 4]))
        >>> teacher = Language(encoder={"name": "lsa", "dim": 4})
        >>> history = teacher.fit(observed)
        >>> teacher.predict(graph).argmax(1).tolist()
        [0, 0, 0, 1, 1, 1]
        >>> teacher.export(observed, ["hop_embeddings"])["hop_embeddings"].shape[:2]  # nodes, hops 0, 1 and 2
        torch.Size([6, 3])
    """

    name = "language"
    citation = (
        "Hu et al., Large Language Model Meets Graph Neural Network in Knowledge Distillation, AAAI 2025, "
        "arXiv 2402.05894"
    )
    provides = frozenset({"logits", "hidden", "hop_embeddings"}) | DERIVED
    reads = GraphData
    reads_texts = True
    scale_: Tensor

    def __init__(
        self,
        encoder: Any = "lsa",
        hops: int = 2,
        read: Literal["average", "prompt"] = "average",
        around: Any = LINEAR,
        own: int = 2000,
        other: int = 300,
        most: int = 8,
    ):
        check_at_least("teacher", 0, hops=hops)
        self.text_encoder: TextEncoder = Spec.parse(encoder).build(TEXT_ENCODERS)
        self.encoder = self.text_encoder.spec().to_dict()
        self.checksum = self.text_encoder.checksum()  # with other weights it is another teacher
        self.hops = hops
        self.read: Literal["average", "prompt"] = read
        self.inner = _classifier(Spec.parse(around), max(1, hops))
        self.around = _described(Spec.parse(around), self.inner)
        self.own = own
        self.other = other
        self.most = most
        self.template = PromptTemplate(own, other, most)

    @classmethod
    def with_recipe(cls, spec: Spec, recipe: Mapping[str, Mapping[str, Any]]) -> Spec:
        """As in `Teacher`, for the classifier as well."""
        merged = super().with_recipe(spec, recipe)
        inner = Spec.parse(merged.options.get("around", LINEAR))
        if inner.name == LINEAR:
            return merged
        return merged.override(around=TEACHERS.get(inner.name).with_recipe(inner, recipe).to_dict())

    @classmethod
    def wrapping(cls, spec: Spec) -> Spec | None:
        """The network as the classifier behind an encoder, so that it writes hop embeddings as well."""
        kind = TEACHERS.get(spec.name)
        fits = issubclass(kind, NetworkTeacher) and kind.reads is GraphData and kind.unit == "node"
        return Spec(cls.name, around=spec.to_dict()) if fits else None

    @classmethod
    def for_epochs(cls, spec: Spec, epochs: int | Sequence[int]) -> Spec:
        """As in `Teacher`, for the classifier: epochs of a network, or penalties of the regression."""
        inner = Spec.parse(spec.options.get("around", LINEAR))
        kind = LogisticHops if inner.name == LINEAR else TEACHERS.get(inner.name)
        return spec.override(around=kind.for_epochs(inner, epochs).to_dict())

    @cached_property
    def _read_last(self) -> dict[str, Any]:
        """The texts that were read last, and their rows: scoring asks for the same again and again."""
        return {}

    @property
    def module_(self) -> Any:
        """The classifier's network, once it is fitted."""
        return self.inner.module_  # type: ignore[attr-defined]

    @property
    def neighbours_in_rows(self) -> bool:
        """Whether the classifier reads of a node alone, as its neighbours are in its row already or not read at all."""
        return isinstance(self.inner, LogisticHops) and (self.read == "prompt" or not self.hops)

    def check_reads(self, graph: NodeData) -> None:
        """As in `Teacher`; raises `DataError` as well if nodes have no texts."""
        super().check_reads(graph)
        if graph.texts is None:
            from gnn2mlp.data import DATASETS

            able = [name for name, kind in DATASETS.classes.items() if kind.has_texts]
            raise DataError(
                f"teacher {self.name!r} reads texts, and {graph.name} has none; data sets that do: "
                f"{', '.join(able)}; to data of your own add an array texts, or a file with --texts"
            )

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Fit the encoder on the observed texts, if it is one that is fitted, and train the classifier.

        Raises:
            DataError: if nodes have no texts.
        """
        graph = self._checked(observed.graph)
        self._read_last.clear()
        if self.text_encoder.needs_fit:
            self.text_encoder.fit(graph.texts or ())
        self.scale_ = torch.ones(())
        self.scale_ = _unit_scale(self._own_rows(graph, progress))
        self._read_last.clear()
        learnt = replace(observed, graph=self.embedded(graph, progress))
        self.history_ = self.inner.fit(learnt, seed=seed, device=device, progress=progress, listeners=listeners)
        return self.history_

    def embedded(self, graph: NodeData, progress: Progress = silent) -> GraphData:
        """The graph as the classifier reads it: embeddings in place of features.

        Where the neighbourhood is in the row already, nothing links the nodes.
        """
        graph = self._checked(graph)
        if not self.neighbours_in_rows:
            return replace(graph, features=self._own_rows(graph, progress), feature_names=None)
        alone = graph.without_links_of(torch.arange(graph.num_nodes))
        rows = self._own_rows(graph, progress) if not self.hops else self.hop_embeddings(graph, progress)[:, -1]
        return replace(alone, features=rows, feature_names=None)

    def hop_embeddings(
        self, graph: NodeData, progress: Progress = silent, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Of `dtype` (nodes, hops + 1, embedding): what the encoder makes of a node with 0 .. K hops around it.

        Computed in single precision; in another one no more than a hop of it is held.
        """
        graph = self._checked(graph)
        if self.read == "prompt":
            prompts = prompts_of(graph, self.hops, self.template)
            return torch.stack([_dense(self._encoded(texts, progress)).to(dtype) for texts in prompts], dim=1)
        mean = NeighbourSampler(graph.adjacency).full_block().operator(row_norm)
        last = _dense(self._own_rows(graph, progress))
        hops = [last.to(dtype)]
        for _ in range(self.hops):
            last = mean @ last
            hops.append(last.to(dtype))
        return torch.stack(hops, dim=1)

    def predict(self, graph: NodeData, device: torch.device | str = "cpu") -> Tensor:
        """Logits (nodes, classes) on `graph`."""
        return self.inner.predict(self.embedded(graph), device)

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
        """As in `Teacher`; noise that moves an entropy is added to embeddings."""
        wanted = frozenset(needs)
        self.check_provides(wanted)
        seen = replace(observed, graph=self.embedded(observed.graph))
        told = self.inner.export(seen, wanted - {"hop_embeddings"} or {"logits"}, how=how, seed=seed, device=device)
        arrays = dict(told.values)
        if "hop_embeddings" in wanted:
            kept = (how or Export()).dtype_of_embeddings
            arrays["hop_embeddings"] = self.hop_embeddings(observed.graph, dtype=kept).contiguous()
        read = {"encoder": self.encoder, "fingerprint": self.text_encoder.fingerprint(), "read": self.read}
        facts = {**told.card, "teacher": self.spec().to_dict(), "texts": read, **(card or {})}
        return TeacherKnowledge(observed.node_ids, {key: arrays[key] for key in sorted(wanted)}, facts)

    def neighbourhood_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> RequestPredictor | None:
        """Answers from embeddings that are there already: the encoder's time is no part of a request."""
        return self.inner.neighbourhood_predictor(self.embedded(graph), device)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """What encoder and classifier have learnt; weights of packages are named by their checksum."""
        inner, facts = self.inner.state()
        tensors = {f"classifier/{name}": tensor for name, tensor in inner.items()}
        tensors |= {f"encoder/{name}": tensor for name, tensor in self.text_encoder.state().items()}
        return {**tensors, "scale_": self.scale_}, {"classifier": facts, "checksum": self.checksum}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Take up what `state` gave.

        Raises:
            ArtefactError: if the encoder's weights on this machine are others than those that it was fitted with.
        """
        if facts["checksum"] != self.checksum:
            raise ArtefactError(
                f"teacher {self.name!r} was trained with other weights of the encoder {self.encoder['name']!r} than "
                f"are here (checksum {facts['checksum'][:12]}, not {self.checksum[:12]}); install those, or train anew"
            )
        self._read_last.clear()
        self.scale_ = tensors["scale_"]
        self.text_encoder.load_state(_below("encoder/", tensors))
        self.inner.restore(_below("classifier/", tensors), facts["classifier"])

    def _checked(self, graph: NodeData) -> GraphData:
        self.check_reads(graph)
        assert isinstance(graph, GraphData), "checked above"
        return graph

    def _own_rows(self, graph: GraphData, progress: Progress) -> Features:
        """What the encoder makes of each node's own text, (nodes, embedding)."""
        known = self._read_last
        if known.get("texts") is not graph.texts:
            own = graph.texts if self.read == "average" else prompts_of(graph, 0, self.template)[0]
            known["rows"] = self._encoded(own or (), progress)
            known["texts"] = graph.texts
        rows: Features = known["rows"]
        return rows

    def _encoded(self, texts: Sequence[str], progress: Progress) -> Features:
        rows = encode_cached(self.text_encoder, texts, progress=progress)
        factor = float(self.scale_)
        return rows.with_values(rows.values * factor) if isinstance(rows, CSR) else rows * factor


def _classifier(spec: Spec, hops: int) -> Teacher:
    """The teacher that is given embeddings for features."""
    if spec.name == LINEAR:
        return LogisticHops(**{"hops": hops, **spec.checked(LogisticHops, "teacher.around")})
    kind = TEACHERS.get(spec.name)
    if issubclass(kind, Language) or kind.unit != "node":
        raise ConfigError(
            f"teacher.around: expected {LINEAR!r} or a teacher of nodes that reads features, such as 'gcn', got "
            f"{spec.name!r}"
        )
    made = spec.build(TEACHERS)
    if made.reads not in (GraphData, NodeData):
        raise ConfigError(f"teacher.around: expected a teacher that works on a graph, got {spec.name!r}")
    return made


def _described(spec: Spec, inner: Teacher) -> Any:
    """The option that builds the classifier again."""
    if spec.name == LINEAR:
        return {"name": LINEAR, **spec.options} if spec.options else LINEAR
    return inner.spec().to_dict()


def _unit_scale(rows: Features) -> Tensor:
    """One over the root of the mean squared length of rows; 1 where all are 0."""
    values = rows.values if isinstance(rows, CSR) else rows
    mean = values.double().square().sum() / max(1, rows.shape[0])
    return mean.rsqrt().float() if mean > 0 else torch.ones(())


def _dense(rows: Features) -> Tensor:
    return rows.to_dense() if isinstance(rows, CSR) else rows


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
