"""A node's embedding tells that of its neighbourhood: self-supervision by the graph, without labels or teacher."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.dropout import dropout_rows
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._field import Field, field_of, thinned, whole_field


class AggregationAlignment(Objective):
    """L = mean over rows of (1 - cos(g(z_i), sg(h_i)))^η + ρ · mean over rows and features of (x̂_i - x_i)².

    z is the student's last hidden activations of rows some of whose values are dropped; h is what aggregation without
    weights makes of z, h ← BatchNorm(PReLU(Â h)) over some steps of the graph without a share of its edges; g is a
    small network, sg leaves out the gradient, and x̂_i a decoder's row of length 1 from h_i (SimMLP, Wang et al., WSDM
    2025, equations 4 to 7). What is learnt beside the student is left behind.

    Rows of a batch see all of their neighbourhood, whether it is in the batch or not: a batch is a part of the whole,
    but for batch normalisation, and costs what it sees.

    Args:
        steps: of aggregation.
        eta: η, at least 1: weighs rows that are far off.
        reconstruction: ρ; 0 leaves the decoder out.
        feature_dropout: share of the values of a row that is dropped; what is left keeps its expectation.
        edge_dropout: share of the edges that is left out.
        predictor_layers: affine maps of g, 1 or 2.
    """

    name = "aggregation_alignment"
    citation = (
        "Wang et al., Training MLPs on Graphs without Supervision, WSDM 2025, arXiv 2412.03864 (SimMLP), equations 4-7"
    )
    departures = (
        "What is left of a row after dropping values is scaled up, so that it is in expectation the row that the "
        "student is asked later (released code: not). A row weighs as its sample weight. No decoded row is made: its "
        "products with the features and with itself are, for the same value."
    )
    needs = frozenset({"adjacency", "all_features"})
    couples_rows = True

    def __init__(
        self,
        steps: int = 2,
        eta: float = 1.0,
        reconstruction: float = 10.0,
        feature_dropout: float = 0.5,
        edge_dropout: float = 0.25,
        predictor_layers: int = 2,
    ):
        super().__init__()
        check_at_least(self.name, 1, steps=steps, eta=eta)
        check_at_least(self.name, 0, reconstruction=reconstruction)
        check_share(self.name, feature_dropout=feature_dropout, edge_dropout=edge_dropout)
        if predictor_layers not in (1, 2):
            raise ConfigError(f"{self.name}.predictor_layers: expected 1 or 2, got {predictor_layers}")
        self.steps = steps
        self.eta = eta
        self.reconstruction = reconstruction
        self.feature_dropout = feature_dropout
        self.edge_dropout = edge_dropout
        self.predictor_layers = predictor_layers
        self._num_features = 0
        # The rows of a batch, and whether they are all there are: that of all rows is the same object in every epoch.
        self._known: tuple[Tensor, bool] | None = None

    def prepare_features(self, num_features: int) -> None:
        """Keep the width of what the decoder gives."""
        self._num_features = num_features

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the aggregation's norms, the predictor and the decoder."""
        self.activations = nn.ModuleList(nn.PReLU() for _ in range(self.steps))
        self.norms = nn.ModuleList(_BatchNorm(hidden) for _ in range(self.steps))
        last = Linear(hidden, hidden)
        first = [Linear(hidden, hidden), _BatchNorm(hidden), nn.PReLU()] if self.predictor_layers == 2 else []
        self.predictor = nn.Sequential(*first, last)
        if self.reconstruction:
            self.decoder = nn.Sequential(Linear(hidden, hidden), nn.PReLU())
            self.decoded = Linear(hidden, self._num_features)

    def forward(self, batch: Batch) -> Tensor:
        """Mean over rows of alignment and reconstruction."""
        adjacency = batch.links_of("adjacency", self.name)
        features = batch.all_features(self.name)
        field = self._field(batch, thinned(adjacency, self.edge_dropout))
        seen = features if field.nodes is None else gather(features, field.nodes)
        z = self._embedding(batch, dropout_rows(seen, self.feature_dropout, training=True))
        h = self._aggregated(z, field)
        own = z if field.nodes is None else z[torch.searchsorted(field.nodes, batch.rows)]
        mine = own[batch.rows] if field.nodes is None else own
        away = 1 - F.cosine_similarity(self.predictor(mine), h.detach(), dim=1)
        value = batch.mean(away.clamp(min=0).pow(self.eta))
        if not self.reconstruction:
            return value
        rows = gather(features, batch.rows)
        return value + self.reconstruction * batch.mean(self._error(h, rows)) / rows.shape[1]

    def _embedding(self, batch: Batch, rows: Features) -> Tensor:
        if batch.student is None:
            raise ConfigError(f"{self.name}: expected a batch with a student to ask, got its answer alone")
        hidden: Tensor = batch.student(rows).hidden
        return hidden

    def _field(self, batch: Batch, adjacency: CSR) -> Field:
        if self._known is None or self._known[0] is not batch.rows:
            whole = len(batch.rows) == adjacency.shape[0] and bool((batch.rows.bincount() == 1).all())
            self._known = batch.rows, whole
        make = whole_field if self._known[1] else field_of
        return make(adjacency, batch.rows, self.steps)

    def _aggregated(self, z: Tensor, field: Field) -> Tensor:
        h = z
        for step, activation, norm in zip(field.steps, self.activations, self.norms, strict=True):
            h = norm(activation(step(h)))
        return h[field.rows]

    def _error(self, h: Tensor, rows: Features) -> Tensor:
        """Squared distance (rows,) of a row from its decoded one: 1 - 2 x̂·x + x·x, with x̂ = (u W + b) / ‖u W + b‖."""
        u = self.decoder(h)
        weight, bias = self.decoded.weight, self.decoded.bias
        assert bias is not None, "the decoder has one"
        inner = ((rows @ weight.T) * u).sum(1) + (rows @ bias[:, None])[:, 0]
        lengths = ((u @ (weight @ weight.T)) * u).sum(1) + 2 * u @ (weight @ bias) + bias @ bias
        squares = rows.row_lengths().square() if isinstance(rows, CSR) else rows.square().sum(1)
        error: Tensor = 1 - 2 * inner * lengths.clamp(min=1e-12).rsqrt() + squares
        return error


class _BatchNorm(nn.Module):
    """(h - mean) / deviation of each unit over the rows at hand, scaled and shifted; of one row, the shift."""

    def __init__(self, width: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, h: Tensor) -> Tensor:
        """(rows, width) to (rows, width)."""
        variance, mean = torch.var_mean(h, 0, correction=0)
        return (h - mean) * (variance + 1e-5).rsqrt() * self.weight + self.bias
