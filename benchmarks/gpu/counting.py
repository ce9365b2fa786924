"""Operations and bytes of what is measured, by formulae that count what any program has to do.

Operations are those of products: two for a multiply-add. Normalisation, activation, dropout, losses and the optimiser
are counted as no operations, but as the bytes that they move. Bytes count each array once for each pass that has to
read or write it; `gathered` are those that a sparse product reads beyond, if every entry fetches its row anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Bytes of an index into rows or columns, and of a value of a sparse matrix.
INDEX, VALUE = 4, 4


@dataclass(frozen=True)
class Work:
    """Operations, bytes, and the bytes that gathering reads beyond."""

    operations: float = 0.0
    bytes: float = 0.0
    gathered: float = 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(self.operations + other.operations, self.bytes + other.bytes, self.gathered + other.gathered)

    def __mul__(self, times: float) -> "Work":
        return Work(self.operations * times, self.bytes * times, self.gathered * times)


@dataclass(frozen=True)
class Sparse:
    """A sparse matrix (rows, columns) with so many entries."""

    rows: int
    columns: int
    entries: int


def product(matrix: Sparse, width: int, size: int = 4) -> Work:
    """Sparse (rows, columns) times dense (columns, width): reads entries and the dense rows, writes the result."""
    dense, out = matrix.columns * width * size, matrix.rows * width * size
    entries = matrix.entries * (INDEX + VALUE) + (matrix.rows + 1) * INDEX
    beyond = max(0, matrix.entries - matrix.columns) * width * size
    return Work(2.0 * matrix.entries * width, dense + out + entries, beyond)


def map_forward(rows: int, a: int, b: int, size: int = 4) -> Work:
    """(rows, a) times (a, b)."""
    return Work(2.0 * rows * a * b, size * (rows * a + a * b + rows * b))


def map_backward(rows: int, a: int, b: int, size: int = 4, inputs: bool = True) -> Work:
    """The gradient of the weights, and that of the inputs where these have one: each a product of the same size."""
    return map_forward(rows, a, b, size) * (2 if inputs else 1)


def hidden_forward(rows: int, width: int, size: int = 4, norm: bool = True, training: bool = True) -> Work:
    """Normalisation, ReLU and dropout: one pass that reads and writes, and one before it for a batch's statistics."""
    return Work(bytes=size * rows * width * (3 if norm and training else 2))


def hidden_backward(rows: int, width: int, size: int = 4, norm: bool = True) -> Work:
    """Reads gradient and activation, writes a gradient; with batch normalisation both are read once more for sums."""
    return Work(bytes=size * rows * width * (5 if norm else 3))


def adam(widths: Sequence[int], maps: int = 1) -> Work:
    """A step in float32: reads weight, gradient and both moments, writes all but the gradient."""
    parameters = sum(maps * a * b + b for a, b in pairwise(widths))
    return Work(bytes=7.0 * 4 * parameters)


def mlp_epoch(widths: Sequence[int], rows: int, valid: int, steps: int, size: int = 4, norm: bool = True) -> Work:
    """Steps over all rows, each row gathered from the features and the teacher's table, and a look at `valid` rows."""
    work = Work(bytes=2.0 * 4 * rows * (widths[0] + widths[-1])) + adam(widths) * steps
    for number, (a, b) in enumerate(pairwise(widths)):
        work += map_forward(rows, a, b, size) + map_backward(rows, a, b, size, inputs=number > 0)
        work += map_forward(valid, a, b, size)
        if number < len(widths) - 2:
            work += hidden_forward(rows, b, size, norm) + hidden_backward(rows, b, size, norm)
            work += hidden_forward(valid, b, size, norm, training=False)
    return work


@dataclass(frozen=True)
class Layer:
    """A message-passing layer: its sparse products one after the other, its widths, and how it is computed.

    Args:
        matrices: the operator, or its factors, first one first.
        a: width of the input.
        b: width of the output.
        maps: dense maps; two where a node has weights of its own.
        heads: of attention, whose weights of each entry are written in the forward pass and read in the backward one.
        remembered: whether operator times input is the same in all epochs, and no product of an epoch.
        nonzeros: of sparse input rows; `None` for dense ones.
        first: whether the input takes no gradient.
    """

    matrices: tuple[Sparse, ...]
    a: int
    b: int
    maps: int = 1
    heads: int = 0
    remembered: bool = False
    nonzeros: int | None = None
    first: bool = False

    @property
    def rows(self) -> int:
        """Of the result."""
        return self.matrices[-1].rows

    @property
    def sources(self) -> int:
        """Rows of the input."""
        return self.matrices[0].columns

    def forward(self, size: int = 4) -> Work:
        """One pass. The map comes first where that makes rows narrower."""
        width = self.b if self.heads or self.nonzeros is not None else min(self.a, self.b)
        work = self._map(size)
        if not self.remembered:
            for matrix in self.matrices:
                work += product(matrix, width, size)
        if self.heads:
            (matrix,) = self.matrices
            work += Work(4.0 * self.sources * self.b, size * matrix.entries * self.heads)
        return work

    def _map(self, size: int) -> Work:
        if self.nonzeros is not None:
            return product(Sparse(self.sources, self.a, self.nonzeros), self.b, size) * self.maps
        return map_forward(self.sources, self.a, self.b, size) * self.maps

    def backward(self, size: int = 4) -> Work:
        """The gradients: the transposed products, and those of the maps."""
        forward = self.forward(size)
        return forward + (Work() if self.first else self._map(size))


def gnn_epoch(
    layers: Sequence[Layer], size: int = 4, norm: bool = True, validated: Sequence[Layer] | None = None
) -> Work:
    """A step on these layers, and the pass that validates on `validated`; default: the same layers."""
    work = adam([layers[0].a, *(layer.b for layer in layers)], max(layer.maps for layer in layers))
    for number, layer in enumerate(layers):
        work += layer.forward(size) + layer.backward(size)
        if number < len(layers) - 1:
            work += hidden_forward(layer.rows, layer.b, size, norm) + hidden_backward(layer.rows, layer.b, size, norm)
    return work + inference(layers if validated is None else validated, size, norm)


def inference(layers: Sequence[Layer], size: int = 4, norm: bool = True) -> Work:
    """One pass in evaluation mode."""
    work = Work()
    for number, layer in enumerate(layers):
        work += layer.forward(size)
        if number < len(layers) - 1:
            work += hidden_forward(layer.rows, layer.b, size, norm, training=False)
    return work
