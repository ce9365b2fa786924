"""A link predictor around a message-passing network: it embeds nodes, and a decoder scores pairs of embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.environment import resolve_device
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import NeighbourSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.decoders import DECODERS, Decoder
from gnn2mlp.nn import loop
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.nn.optim import adam
from gnn2mlp.nn.selection import Selection
from gnn2mlp.nn.training import History
from gnn2mlp.nn.training_state import TrainingState
from gnn2mlp.teachers._base import TEACHERS, Teacher
from gnn2mlp.teachers._inference import infer, input_features
from gnn2mlp.teachers._link_training import LinkTraining, decoded
from gnn2mlp.teachers._links import CONTEXT_KEYS, LinkTeacher, PairScores
from gnn2mlp.teachers._network import Network
from gnn2mlp.teachers._network_teacher import NetworkTeacher
from gnn2mlp.teachers._pair_predictor import PairPredictor

# Options of a teacher of nodes that say how it is trained; here they are the link predictor's own.
_TRAINING = ("lr", "weight_decay", "epochs", "patience", "batch_size")
# What an encoder is taken with where it does not say so, if it has such an option.
_SILENT = {"aggregator": "mean"}


@dataclass(frozen=True, eq=False)
class Embedded:
    """Scores of pairs of nodes that are embedded: a function from pairs int64 (pairs, 2) to logits (pairs,) on the CPU.

    Args:
        module: in evaluation mode.
        z: embeddings (nodes, width), on any device.
    """

    module: LinkNetwork
    z: Tensor

    def __call__(self, pairs: Tensor) -> Tensor:
        """Logits (pairs,)."""
        return decoded(self.module, self.z, pairs)


class Link(LinkTeacher):
    """The teacher of LLP (Guo et al., ICML 2023, https://arxiv.org/abs/2210.05801), around any message-passing network.

    z = f(X, A) embeds every node, the decoder scores a pair, s_uv = d(z_u, z_v), and training minimises the mean of

        -log σ(s_uv) over training edges, and -log σ(-s_uv) over as many random pairs,

    which are drawn anew in every epoch, from all pairs that are no training edge. The gradients of encoder and decoder
    are each clipped by their norm. The epoch is chosen on validation pairs by the task's metric.

    As in the released code an edge is predicted while messages travel along it, unless `mask_target` says otherwise.
    Departures from it: the decoder is in evaluation mode when it teaches, where the released one leaves a dropout of .5
    in all scores; the task's metric chooses the epoch, where the released code has Hits@20. Weights of edges count in
    messages alone.

    The validation score alone decides which epoch is kept, as in the literature, and of equals the later one. The rule
    of teachers of nodes, which asks for a loss near the lowest, ends too early here: in a trial on two splits of cora
    it kept epoch 13, with Hits@20 of .42 and AUC of .91 in place of .72 and .95.

    Args:
        encoder: the network, a teacher of nodes such as `"sage"`, `"gcn"`, `"gat"`, or a mapping with its options.
            Where it is silent, its hidden layers are as wide as the embedding, and SAGE has its `"mean"` aggregator, as
            in the released code. How it is trained is said here, and not there; with `fanouts` it is trained on sampled
            neighbourhoods.
        width: of an embedding.
        decoder: `"hadamard"` or `"dot"`, or a mapping with its options.
        mask_target: leave the edges that a step predicts out of its messages; an epoch then has at least 10 steps.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was better than the best before.
        batch_size: training edges of a step at most, beside as many random pairs.
        clip: largest norm of the gradient of the encoder, and of that of the decoder.

    Attributes:
        module_: the fitted network, set by `fit`.

    Example:
        >>> from gnn2mlp.data import LinkViews, RandomEdges, graph_from_arrays
        >>> from gnn2mlp.tasks import LinkPrediction
        >>> ring = graph_from_arrays(torch.eye(40), [0, 1] * 20, [range(40), [*range(1, 40), 0]])
        >>> observed, full = LinkViews.of(ring, RandomEdges().split(ring, 0), LinkPrediction())
        >>> teacher = Link(encoder={"name": "sage", "dropout": 0.0}, width=16, epochs=30)
        >>> history = teacher.fit(observed)
        >>> teacher.score_pairs(full.graph, full.split.test).shape
        torch.Size([4])
        >>> table = teacher.export(observed, ["context_ids", "context_scores", "context_draws", "hidden"])
        >>> table["context_scores"].shape, table["hidden"].shape
        (torch.Size([40, 48]), torch.Size([40, 16]))
    """

    name = "link"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023"
    provides = CONTEXT_KEYS | {"hidden"}
    module_: LinkNetwork

    def __init__(
        self,
        encoder: Any = "sage",
        width: int = 256,
        decoder: Any = "hadamard",
        mask_target: bool = False,
        lr: float = 0.005,
        weight_decay: float = 0.0,
        epochs: int = 1000,
        patience: int = 100,
        batch_size: int = 65_536,
        clip: float = 1.0,
    ):
        check_at_least("teacher", 1, width=width, epochs=epochs, patience=patience, batch_size=batch_size)
        check_at_least("teacher", 0, weight_decay=weight_decay)
        check_positive("teacher", lr=lr, clip=clip)
        self.network = _encoder(encoder, width)
        options = self.network.spec().to_dict()
        self.encoder = {option: value for option, value in options.items() if option not in _TRAINING}
        self.width = width
        self.decodes: Decoder = Spec.parse(decoder).build(DECODERS)
        self.decoder = self.decodes.spec().to_dict()
        self.mask_target = mask_target
        self.lr = lr
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.patience = patience
        self.batch_size = batch_size
        self.clip = clip

    @classmethod
    def wrapping(cls, spec: Spec) -> Spec | None:
        """A link predictor whose encoder is the network of `spec`; what `spec` says of the training goes with it."""
        if not _encodes(TEACHERS.get(spec.name)):
            return None
        known = cls.constructor_options()
        own = {option: value for option, value in spec.options.items() if option in known}
        others = {option: value for option, value in spec.options.items() if option not in known}
        return Spec(cls.name, **{**own, "encoder": {"name": spec.name, **others}})

    def initialise(self, num_features: int) -> None:
        """Set `module_` to an untrained network for rows of so many features."""
        self.num_features_ = num_features
        embed = self.network.build(num_features, self.width)
        self.module_ = LinkNetwork(embed, self.decodes.build(self.width))

    def fit(
        self,
        observed: Observed,
        *,
        seed: int = 0,
        device: torch.device | str = "cpu",
        progress: Progress = silent,
        listeners: Sequence[Listener] = (),
    ) -> History:
        """Train encoder and decoder; keep the epoch that `Selection` chooses on validation pairs.

        Raises:
            ConfigError: if there is no such device.
            DataError: if the view is not one of links, or has no training pair.
            DivergenceError: at a loss that is not finite.
        """
        links, device = self.view(observed), resolve_device(device)
        with seeded(seed, f"teacher {self.name}"):
            self.initialise(links.graph.num_features)
            module = self.module_.to(device)
            # The loss of pairs is lowest long before their order is best.
            selection = Selection(module, self.patience, tolerance=None)
            state = TrainingState(module, adam(module.parameters(), self.lr, self.weight_decay), selection)
            training = LinkTraining(
                module,
                links,
                input_features(links.graph, device),
                depth=self.network.depth,
                batch_size=self.batch_size,
                clip=self.clip,
                mask_target=self.mask_target,
                fanouts=self.network.fanouts,
                seed=seed,
            )
            self.history_ = loop.fit(
                training, state, self.epochs, stage="teacher", progress=progress, listeners=listeners
            )
        return self.history_

    def scorer(self, graph: GraphData, device: torch.device | str = "cpu") -> Embedded:
        """As in `LinkTeacher`: all nodes are embedded once, from full neighbourhoods and in evaluation mode."""
        device = resolve_device(device)
        module = self.module_.to(device).eval()
        assert isinstance(module.embed, Network)
        z = infer(module.embed, NeighbourSampler(graph.adjacency), input_features(graph, device))["logits"]
        return Embedded(module, z)

    def write(self, score: PairScores, contexts: Tensor | None, needs: frozenset[str]) -> dict[str, Tensor]:
        """As in `LinkTeacher`, and the embeddings as `hidden`."""
        assert isinstance(score, Embedded), "made by `scorer`"
        own = {"hidden": score.z.cpu()} if "hidden" in needs else {}
        return own | super().write(score, contexts, needs)

    def pair_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> PairPredictor:
        """Answers requests from the full neighbourhoods of both ends, as deep as the encoder has layers."""
        return PairPredictor.of(self.module_, self.links_of(graph), self.network.depth, device)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Weights, and the width of a row."""
        return self.module_.state_dict(), {"num_features": self.num_features_}

    def restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Build the network anew and give it these weights."""
        with seeded(0, "weights that are overwritten at once"):
            self.initialise(facts["num_features"])
        self.module_.load_state_dict(tensors)
        self.module_.eval()


def _encodes(kind: type[Teacher]) -> bool:
    """Whether the network of such a teacher of nodes can embed them."""
    return issubclass(kind, NetworkTeacher) and kind.reads is GraphData


def _encoder(value: Any, width: int) -> NetworkTeacher:
    spec = Spec.parse(value)
    kind = TEACHERS.get(spec.name)
    if not _encodes(kind):
        able = [name for name, each in TEACHERS.classes.items() if _encodes(each)]
        raise ConfigError(f"teacher.encoder: expected one of {', '.join(able)}, got {spec.name!r}")
    known = kind.constructor_options()
    for option in _TRAINING:
        # An object given as encoder names all of its options: what it leaves as it is says nothing.
        if option in spec.options and option in known and spec.options[option] != known[option].default:
            raise ConfigError(
                f"teacher.encoder.{option}: how the encoder is trained is said beside it; set teacher.{option}"
            )
    silent = {option: value for option, value in {"hidden": width, **_SILENT}.items() if option in known}
    encoder = Spec(spec.name, **{**silent, **spec.options}).build(TEACHERS)
    assert isinstance(encoder, NetworkTeacher)
    return encoder
