"""A structure-aware tokenizer: a graph neural network that has to pass through a codebook."""

from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive, check_share
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.sampling import BlockSampler
from gnn2mlp.data.view import Observed
from gnn2mlp.evaluate.codes import usage
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.quantizer import Codebook, VectorQuantizer
from gnn2mlp.teachers._around import AroundNetwork
from gnn2mlp.teachers._base import Export, Teacher
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._inference import infer
from gnn2mlp.teachers._network import LayerInput, first_rows, rows_of
from gnn2mlp.teachers._reconstruction import edge_error, feature_error
from gnn2mlp.teachers._tokenizer import Tokenizer
from gnn2mlp.teachers._training import MiniBatch

_CODE_KEYS = frozenset(
    {"codebook", "code", "code_indices", "code_probabilities", "code_temperature", "code_unit_length"}
)


class VQ(AroundNetwork):
    """VQGraph's tokenizer (Yang et al., ICLR 2024, https://arxiv.org/abs/2308.02117) around any registered GNN.

    Behind one hidden layer every node is replaced by the nearest of `codes` code vectors, and the layers above go on
    from there. Encoder, codebook, decoders and classifier are trained together:

        L = CE(labels) + feature_weight · mean (1 - cos(x, x̂))^γ + edge_weight · BCE(σ(5 cos(ẑ_i, ẑ_j)), A_ij)
            + commitment · mean (h - sg[e])² [+ mean (sg[h] - e)², learnt codebook]

    with x̂ and ẑ linear in the code vectors. Edges are sampled, with as many pairs that are none: memory grows with
    nodes, edges and codes, never with nodes squared. Features and edges take turns, one of them in each step with twice
    its weight, which costs half as much.

    On the whole graph, the pass that validates an epoch is also an iteration of k-means: codes move to the mean of
    their nodes, wherever training has taken those, then nodes choose anew. The next step trains with these codes, which
    no dropout blurs. On sampled neighbourhoods nodes choose in every step, and codes are moving averages.

    The released code reconstructs h instead of x, compares a dense min-max scaled Gram matrix with A, feeds the edge
    decoder's output to the next layer, never revives a dead code, and measures the teacher's distances by cosine but
    the student's by Euclid.

    Args:
        encoder: the network: `"gcn"`, `"sage"`, `"gat"`, or a mapping with its options, which are also those of the
            training (lr, weight_decay, epochs, patience, fanouts, batch_size).
        codes: K, size of the codebook.
        after: the hidden layer that is quantised, counted from 1.
        geometry: `"cosine"` or `"euclidean"`, of teacher and student alike.
        codebook: `"ema"`, means of the nodes' rows (released code: moving averages), or `"learnt"` (paper).
        decay: of the moving average, per step on sampled neighbourhoods; on the whole graph there is none.
        commitment: η.
        feature_weight: of feature reconstruction.
        edge_weight: of edge reconstruction.
        gamma: γ, at least 1.
        pairs: edges, and pairs that are none, sampled per step at most.
        temperature: of the soft assignment softmax(-d²/τ) that is written down, as a multiple of the nodes' mean
            squared distance to their nearest code: τ means the same in every geometry and codebook. The smaller, the
            fewer codes a node is spread over.
        revive: after each epoch, move codes that no node has onto nodes that share theirs.

    Example:
        >>> teacher = VQ(encoder={"name": "sage", "hidden": 16}, codes=32)
        >>> sorted(teacher.provides - GNNTeacher.provides)[:2]
        ['code', 'code_indices']
        >>> teacher.build(num_features=8, num_classes=3).quantizer.weight.shape
        torch.Size([32, 16])
    """

    name = "vq"
    citation = "Yang et al., VQGraph: Rethinking Graph Representation Space for Bridging GNNs and MLPs, ICLR 2024"
    provides = GNNTeacher.provides | _CODE_KEYS
    reads = NodeData  # that of the encoder is known of an object alone
    distillable = False  # its codebook learns by a loss of its own
    uses_passes = True
    module_: Tokenizer
    assigned_: Tensor
    steps_: int

    def __init__(
        self,
        encoder: Any = "gcn",
        codes: int = 256,
        after: int = 1,
        geometry: Literal["cosine", "euclidean"] = "euclidean",
        codebook: Codebook = "ema",
        decay: float = 0.9,
        commitment: float = 0.25,
        feature_weight: float = 0.3,
        edge_weight: float = 0.3,
        gamma: float = 1.0,
        pairs: int = 2048,
        temperature: float = 0.3,
        revive: bool = True,
    ):
        super().__init__(encoder)
        self.codes = codes
        self.after = after
        self.geometry = geometry
        self.codebook = codebook
        self.decay = decay
        self.commitment = commitment
        self.feature_weight = feature_weight
        self.edge_weight = edge_weight
        self.gamma = gamma
        self.pairs = pairs
        self.temperature = temperature
        self.revive = revive
        check_at_least("teacher", 2, codes=codes)
        check_at_least("teacher", 1, gamma=gamma, pairs=pairs, after=after)
        check_at_least("teacher", 0, commitment=commitment, feature_weight=feature_weight, edge_weight=edge_weight)
        check_share("teacher", decay=decay)
        check_positive("teacher", temperature=temperature)
        if after >= self.layers:
            raise ConfigError(
                f"teacher.after: expected a hidden layer of the encoder, 1..{self.layers - 1}, got {after}"
            )

    @classmethod
    def takes(cls, kind: type[Teacher]) -> bool:
        """Any stack of layers but one with something between them."""
        return issubclass(kind, GNNTeacher) and not issubclass(kind, AroundNetwork)

    def build(self, num_features: int, num_classes: int) -> Tokenizer:
        """The untrained network for these sizes."""
        quantizer = VectorQuantizer(
            self.codes, self.hidden, self.geometry == "cosine", self.codebook, self.decay, self.commitment
        )
        convs, widths = self.convs(num_features, num_classes), [self.hidden] * (self.layers - 1)
        return Tokenizer(convs, widths, self.hidden_dropout, self.norm, quantizer, self.after - 1, num_features)

    def on_fit_start(self, sampler: BlockSampler[Any], features: Features, random: torch.Generator) -> None:
        """Put the codebook on k-means centres of the untrained network's rows."""
        state = infer(self.module_, sampler, features)["state"]
        self.module_.quantizer.initialise(state, random)
        self.assigned_, self.steps_ = self.module_.quantizer.nearest(state), 0

    def loss(self, batch: MiniBatch, random: torch.Generator) -> Tensor:
        """The sum of the class docstring; on sampled neighbourhoods it moves an `"ema"` codebook on the way."""
        whole = self.fanouts is None
        tokens = self.module_.tokens(batch.features, batch.blocks, self.assigned_ if whole else None)
        total, vectors = tokens.quantized.loss, tokens.quantized.vectors
        if batch.labels.numel():
            total = total + self.supervised_loss(tokens.logits, batch)
        self.steps_ += 1
        if self.steps_ % 2 and self.feature_weight:
            total = total + 2 * self.feature_weight * self._feature_error(batch, vectors)
        if self.steps_ % 2 == 0 and self.edge_weight:
            total = total + 2 * self.edge_weight * self._edge_error(batch, vectors, random)
        if not whole:
            self.module_.quantizer.update(tokens.state, tokens.quantized.codes)
        return total

    def _feature_error(self, batch: MiniBatch, vectors: Tensor) -> Tensor:
        count, x = vectors.size(0), rows_of(batch.features)
        # The nodes of a later layer come first among those of the layers before it.
        return feature_error(vectors, first_rows(x, count), self.module_.feature_decoder, self.gamma)

    def _edge_error(self, batch: MiniBatch, vectors: Tensor, random: torch.Generator) -> Tensor:
        # The block that reads the code vectors holds the edges among their nodes.
        edges, others = batch.blocks[self.after].sample_pairs(self.pairs, random)
        return edge_error(self.module_.edge_decoder(vectors), edges, others)

    def validate(self, sampler: BlockSampler[Any], features: LayerInput) -> dict[str, Tensor]:
        """As in `GNNTeacher`; on the whole graph codes move with their nodes on the way."""
        self.module_.moving_codes = self.assigned_ if self.fanouts is None else None
        found = super().validate(sampler, features)
        self.module_.moving_codes = None
        return found

    def metrics(self, found: Mapping[str, Tensor]) -> Mapping[str, float]:
        """How much of the codebook the nodes use."""
        now = usage(found["code"], self.codes)
        return {"utilisation": now.utilisation, "perplexity": now.perplexity}

    def on_epoch_end(self, found: Mapping[str, Tensor], random: torch.Generator) -> None:
        """Take up the codes that nodes have chosen, and revive those that none has."""
        quantizer = self.module_.quantizer
        self.assigned_ = found["code"].to(quantizer.weight.device)
        if self.revive and found["code"].unique().numel() < self.codes:
            self.assigned_ = quantizer.revive(found["state"], self.assigned_, random)

    def input_nodes(self, observed: Observed) -> Tensor:
        """All nodes: reconstruction needs no labels."""
        return torch.arange(observed.graph.num_nodes)

    def compute(
        self, graph: NodeData, needs: frozenset[str], how: Export, seed: int, device: torch.device | str
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """As in `GNNTeacher`, and the codebook, the nearest code, and the most probable codes of each node."""
        arrays, facts = super().compute(graph, needs, how, seed, device)
        if needs & _CODE_KEYS:
            quantizer, state = self.module_.quantizer, arrays["state"]
            # With a code for every node there is no distance left to scale by.
            tau = max(self.temperature * quantizer.mean_squared_distance(state), 1e-6)
            indices, probabilities = quantizer.assignment(state, tau, how.top)
            arrays |= {
                "codebook": quantizer.vectors.detach().cpu(),
                "code_indices": indices.cpu(),
                "code_probabilities": probabilities.cpu(),
                "code_temperature": torch.tensor(tau),
                "code_unit_length": torch.tensor(quantizer.unit_length),
            }
            lost = 1 - probabilities.double().sum(1)
            facts["codes"] = {"top": indices.size(1), "lost_mean": lost.mean().item(), "lost_max": lost.max().item()}
        return arrays, facts
