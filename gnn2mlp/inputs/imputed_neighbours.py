"""A node's own features, and those of its neighbourhood as they are expected to be."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.core.seeds import generator
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.nn.csr import CSR, Features, gather

_POWER_STEPS = 3  # of the subspace iteration, each of which sharpens what is kept against what is left out
_OVERSAMPLING = 16
_DESCENT_STEPS = 25  # conjugate gradients gain about a digit in five steps at the strengths that make sense

Product = Callable[[Tensor], Tensor]


class ImputedNeighbours(Inputs):
    """[x, x M], where x M is what a ridge regression on a node's features x expects of its neighbourhood's.

    A new node comes without neighbours, and they say more of it than its own few words do. Which words neighbours use
    can in part be told from a node's own: that is structure among words, learnt from the observed graph without a
    label. The neighbourhood's features are the mean over 0 to `hops` steps of a random walk, in their `width` principal
    directions; rows count as of length one when the regression is fitted.

    A regression knows the neighbours of the nodes that it was fitted on better than it will know those of new ones. So
    the rows that a student is trained on are cross-fitted (`training_rows`): those of a part of the nodes come from the
    other parts. Scored and shipped is the regression of all nodes; it is linear, and is folded into the first map of an
    MLP, so that the student that ships reads features as they are and costs no more.

    Args:
        hops: how far the neighbourhood reaches.
        width: how many principal directions are kept, at most.
        ridge: strength of the regression's penalty.
        parts: of the cross-fitting; 1: none.
        weight: length of x M beside that of x, both root mean squares over observed nodes.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(4), [0, 0, 1, 1], [[0, 2], [1, 3]])
        >>> inputs = ImputedNeighbours(hops=1, width=2, parts=1)
        >>> inputs.fit_graph(graph)
        >>> rows = inputs.rows(graph)
        >>> rows.shape, torch.equal(rows[:, :4], torch.eye(4))
        (torch.Size([4, 6]), True)
        >>> torch.allclose(rows[0, 4:], rows[1, 4:], atol=1e-6)  # who has the same neighbourhood looks alike
        True
    """

    name = "imputed_neighbours"
    citation = (
        "this library; ridge regression: Hoerl and Kennard, Technometrics 1970; cross-fitting: Wolpert, Stacked "
        "Generalization, Neural Networks 1992; principal directions: Halko et al., SIAM Review 2011"
    )

    map_: Tensor

    def __init__(self, hops: int = 2, width: int = 64, ridge: float = 10.0, parts: int = 5, weight: float = 1.0):
        check_at_least("inputs", 1, hops=hops, width=width, parts=parts)
        check_positive("inputs", ridge=ridge, weight=weight)
        self.hops = hops
        self.width = width
        self.ridge = ridge
        self.parts = parts
        self.weight = weight

    def fit(self, chunks: Iterable[Features]) -> None:
        """Refuse: features alone do not say who is next to whom.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(
            "inputs 'imputed_neighbours' learn from the observed graph which features neighbours have, got rows alone; "
            "train on the graph: gnn2mlp run"
        )

    def fit_graph(self, graph: Any) -> None:
        """Learn M, (features, width), from the observed graph or hypergraph."""
        features = _double(graph.features)
        unit, targets = self._regression(graph, features)
        fitted = _ridge(unit, targets, self.ridge)
        length = _product(features)(fitted).square().sum(1).mean().sqrt()
        own = _squares(features).mean().sqrt()
        self._factor = self.weight * own / length.clamp(min=1e-12)
        self.map_ = (fitted * self._factor).to(torch.get_default_dtype())

    def training_rows(self, graph: Any) -> Features:
        """Rows (nodes, features + width) of the observed graph, cross-fitted."""
        if self.parts == 1:
            return self.rows(graph)
        features = _double(graph.features)
        unit, targets = self._regression(graph, features)
        part = torch.randint(self.parts, (len(targets),), generator=generator(0, "imputed_neighbours/parts"))
        expected = torch.zeros_like(targets)
        for number in range(self.parts):
            held_out, others = (part == number).nonzero()[:, 0], (part != number).nonzero()[:, 0]
            fitted = _ridge(gather(unit, others), targets[others], self.ridge)
            expected[held_out] = _product(gather(features, held_out))(fitted)
        return _beside(graph.features, expected * self._factor)

    def transform(self, features: Features) -> Features:
        """Rows (rows, features + width), sparse where the features are."""
        return _beside(features, _product(features)(self.map_.to(features.device, features.dtype)))

    def appended(self) -> Tensor:
        """M, (features, width)."""
        return self.map_

    def state(self) -> dict[str, Tensor]:
        """`map`, (features, width)."""
        return {"map": self.map_}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take it on."""
        self.map_ = state["map"]

    def _regression(self, graph: Any, features: Features) -> tuple[Features, Tensor]:
        """Rows of length one, and their neighbourhoods' in principal directions (nodes, width)."""
        unit = _scaled(features, _squares(features).clamp(min=1e-24).rsqrt())
        return unit, _principal(unit, _Walk(graph, self.hops), self.width)


class _Walk:
    """Y -> 1/(K+1) Σ_k R^k Y: the mean over 0 to K steps of a random walk from each node.

    A step leads to the node itself or to one of its neighbours, or to a member of one of its hyperedges.
    """

    def __init__(self, graph: Any, hops: int):
        self.hops = hops
        if graph.kind == "hypergraph":
            members = graph.members.to(dtype=torch.float64)
            self.step = [_means(members), _means(members.transpose())]
        else:
            adjacency = graph.adjacency.to(dtype=torch.float64)
            self.step = [_means(adjacency.with_diagonal(adjacency.values.new_ones(graph.num_nodes)))]
        self.step_back = [matrix.transpose() for matrix in reversed(self.step)]

    def __call__(self, rows: Tensor) -> Tensor:
        return self._mean(rows, self.step)

    def transposed(self, rows: Tensor) -> Tensor:
        """The product with the transposed matrix."""
        return self._mean(rows, self.step_back)

    def _mean(self, rows: Tensor, step: list[CSR]) -> Tensor:
        total = moved = rows
        for _ in range(self.hops):
            for matrix in step:
                moved = matrix.matmul(moved)
            total = total + moved
        return total / (self.hops + 1)


def _means(matrix: CSR) -> CSR:
    """The matrix with rows that sum to one; rows without entries stay."""
    return matrix.with_values(matrix.values / matrix.row_sums().clamp(min=1e-300)[matrix.row_ids()])


def _principal(unit: Features, walk: _Walk, width: int) -> Tensor:
    """The neighbourhoods' features (nodes, width) along their leading right singular vectors, by subspace iteration.

    What travels are the rows' products with a few directions: the neighbourhoods' features are never made.
    """
    product, transposed = _product(unit), _product(_transposed(unit))
    columns = min(width + _OVERSAMPLING, *unit.shape)
    start = torch.randn(unit.shape[1], columns, generator=generator(0, "imputed_neighbours/start"), dtype=torch.float64)
    basis = torch.linalg.qr(start).Q
    for _ in range(_POWER_STEPS):
        basis = torch.linalg.qr(transposed(walk.transposed(walk(product(basis))))).Q
    left, values, _ = torch.linalg.svd(walk(product(basis)), full_matrices=False)
    targets: Tensor = (left * values)[:, :width]
    return targets


def _ridge(rows: Features, targets: Tensor, strength: float) -> Tensor:
    """The minimum of |rows M - targets|² + strength |M|², (features, width), by conjugate gradients on all columns."""
    product, transposed = _product(rows), _product(_transposed(rows))
    residual = transposed(targets)
    solution, direction = torch.zeros_like(residual), residual
    squares = residual.square().sum(0)
    for _ in range(_DESCENT_STEPS):
        moved = transposed(product(direction)) + strength * direction
        step = squares / (direction * moved).sum(0).clamp(min=1e-300)
        solution, residual = solution + step * direction, residual - step * moved
        before, squares = squares, residual.square().sum(0)
        direction = residual + direction * (squares / before.clamp(min=1e-300))
    return solution


def _double(features: Features) -> Features:
    """On the CPU in double precision: the regression is fitted once, and its sums are long."""
    return features.to("cpu", torch.float64)


def _product(features: Features) -> Product:
    return features.matmul


def _transposed(features: Features) -> Features:
    return features.transpose() if isinstance(features, CSR) else features.T


def _squares(features: Features) -> Tensor:
    """Squared length (rows,) of each row."""
    lengths = features.row_lengths() if isinstance(features, CSR) else features.norm(dim=1)
    return lengths.square()


def _scaled(features: Features, factor: Tensor) -> Features:
    if isinstance(features, CSR):
        return features.with_values(features.values * factor[features.row_ids()])
    return features * factor[:, None]


def _beside(features: Features, more: Tensor) -> Features:
    """The columns of `more` after those of the features, in the features' precision; sparse where these are."""
    more = more.to(features.device, features.dtype)
    if not isinstance(features, CSR):
        return torch.cat([features, more], dim=1)
    count, width = more.shape
    rows, columns = torch.arange(count, device=more.device), torch.arange(width, device=more.device)
    row = torch.cat([features.row_ids(), rows.repeat_interleave(width)])
    column = torch.cat([features.indices, features.shape[1] + columns.repeat(count)])
    values = torch.cat([features.values, more.flatten()])
    return CSR.from_coo(row, column, values, (count, features.shape[1] + width))
