"""Balanced partitions of many graphs at once: connected parts where that is possible, whose sizes differ by one.

METIS, which Graph ViT/MLP-Mixer uses (He et al., ICML 2023, https://arxiv.org/abs/2212.13350), is called graph by
graph; `grow` works on all of them side by side, and draws other parts with another seed.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnn2mlp.core.errors import ConfigError

Ints = NDArray[np.int64]

# A node's claim to be the next of a part, in one number: how many links lead into the part, then how few lead to nodes
# that are in none, then chance.
_CHANCE, _OPEN = 20, 44
_LINK, _FEWER = np.int64(1) << _OPEN, np.int64(1) << _CHANCE
_TAKEN = np.int64(-1) << 62
# Places of a table of graphs by nodes, in which graphs of about one size grow side by side.
_TABLE = 1 << 15


class Ragged(NamedTuple):
    """Many graphs side by side.

    Args:
        source: int64 (edges,), ascending, rows of nodes; undirected edges in both directions.
        target: int64 (edges,).
        offsets: int64 (graphs + 1,), where the nodes of each graph begin, and where the last one's end.
    """

    source: Ints
    target: Ints
    offsets: Ints

    @property
    def sizes(self) -> Ints:
        """int64 (graphs,): how many nodes each graph has."""
        return np.diff(self.offsets)

    @property
    def places(self) -> Ints:
        """int64 (nodes,): the number of each node within its graph."""
        return np.arange(self.offsets[-1]) - np.repeat(self.offsets[:-1], self.sizes)

    def kept(self, edges: NDArray[np.bool_]) -> "Ragged":
        """The same nodes with these edges alone."""
        return Ragged(self.source[edges], self.target[edges], self.offsets)


def mixed(values: NDArray[Any], seed: int) -> NDArray[np.uint64]:
    """Numbers that look drawn, each decided by its value and the seed (SplitMix64, Steele et al., OOPSLA 2014).

    Example:
        >>> mixed(np.array([7, 8, 7]), seed=1).tolist()[::2] == mixed(np.array([7, 7]), seed=1).tolist()
        True
    """
    with np.errstate(over="ignore"):
        z = values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed % (1 << 64))
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
        return z ^ (z >> np.uint64(31))


def grow(graphs: Ragged, parts: int, seed: int = 0) -> Ints:
    """Parts of each graph: n nodes make `parts` of n / parts nodes, rounded up or down; fewer nodes one part each.

    A part begins at the node with the fewest free neighbours, at the rim of what is left, and takes again and again the
    free node with the most links into it. Where no free node is linked to it, it goes on at the rim: a part is
    connected if what is left is. Ties are broken by `seed` and a node's number within its graph, so that a graph has
    the same parts in any company.

    Args:
        graphs: whose nodes are parted.
        parts: of each graph, at least 1.
        seed: of ties.

    Returns:
        int64 (nodes,), which part of its graph each node is in, 0 .. parts - 1; numbered in the order of growth, so
        that parts with neighbouring numbers mostly are neighbours.

    Raises:
        ConfigError: for less than one part.

    Example:
        >>> path = Ragged(np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2]), np.array([0, 4]))
        >>> found = grow(path, parts=2)
        >>> found[0] == found[1], found[2] == found[3], sorted(set(found.tolist()))
        (np.True_, np.True_, [0, 1])
    """
    if parts < 1:
        raise ConfigError(f"parts: expected at least 1, got {parts}")
    places, sizes = graphs.places, graphs.sizes
    found = places.copy()  # what a graph of at most `parts` nodes has
    chance = (mixed(places, seed) >> np.uint64(64 - _CHANCE)).astype(np.int64)
    indptr = np.searchsorted(graphs.source, np.arange(graphs.offsets[-1] + 1))
    for chosen in _alike(sizes, np.flatnonzero(sizes > parts)):
        _grow_together(graphs, chosen, parts, chance, indptr, found)
    return found


def metis(graphs: Ragged, parts: int, seed: int = 0) -> Ints:
    """Parts of each graph that cut few edges, by METIS (Karypis and Kumar, SIAM Journal on Scientific Computing 1998).

    Arguments and result are those of `grow`; sizes of parts differ by a few nodes, and a part may be empty. Needs
    pymetis, and ten times as long.

    Raises:
        ConfigError: if pymetis is not installed.
    """
    try:
        import pymetis
    except ImportError as error:
        raise ConfigError(
            "partition='metis' needs pymetis: pip install gnn2mlp[metis]; partition='grow' needs nothing"
        ) from error
    found, indptr = graphs.places, np.searchsorted(graphs.source, np.arange(graphs.offsets[-1] + 1))
    options = pymetis.Options(seed=seed % (1 << 31))
    for number in np.flatnonzero(graphs.sizes > parts):
        start, stop = graphs.offsets[number : number + 2]
        first, last = indptr[start], indptr[stop]
        links = pymetis.CSRAdjacency(indptr[start : stop + 1] - first, graphs.target[first:last] - start)
        found[start:stop] = pymetis.part_graph(parts, links, options=options, recursive=True).vertex_part
    return found


def _alike(sizes: Ints, chosen: Ints) -> Iterator[Ints]:
    """The chosen graphs some at a time, the largest first, so that a table of graphs by nodes is mostly filled."""
    order = chosen[np.argsort(-sizes[chosen], kind="stable")]
    start = 0
    while start < len(order):
        width = int(sizes[order[start]])
        # Half as large a graph would leave half of its row empty.
        stop = int(np.searchsorted(-sizes[order], -(width // 2), side="right"))
        stop = max(start + 1, min(stop, start + max(1, _TABLE // width)))
        yield order[start:stop]
        start = stop


def _grow_together(graphs: Ragged, chosen: Ints, parts: int, chance: Ints, indptr: Ints, found: Ints) -> None:
    """Give each node of the `chosen` graphs, which are sorted from large to small, its part in `found`."""
    sizes, first = graphs.sizes[chosen], graphs.offsets[:-1][chosen]
    width = int(sizes[0])
    rows = _ranges(first, sizes)
    owner = np.repeat(np.arange(len(chosen)), sizes)
    spot = owner * width + (rows - first[owner])  # of each node in the table
    degree = indptr[rows + 1] - indptr[rows]
    claim = np.full(len(chosen) * width, _TAKEN)
    claim[spot] = (((1 << (_OPEN - _CHANCE - 1)) - degree) << _CHANCE) + chance[rows]
    node_at = np.zeros(len(chosen) * width, np.int64)
    node_at[spot] = rows
    spot_of = np.zeros(len(found), np.int64)
    spot_of[rows] = spot
    table, base = claim.reshape(len(chosen), width), np.arange(len(chosen)) * width
    part, left = np.zeros(len(chosen), np.int64), _quota(sizes, parts, np.zeros(len(chosen), np.int64))
    active = np.searchsorted(-sizes, -np.arange(width), side="left")  # how many graphs have more nodes than that
    for step in range(width):
        some = int(active[step])
        taken = base[:some] + table[:some].argmax(1)
        nodes = node_at[taken]
        found[nodes] = part[:some]
        claim[taken] = _TAKEN
        near = graphs.target[_ranges(indptr[nodes], indptr[nodes + 1] - indptr[nodes])]
        claim[spot_of[near]] += _LINK + _FEWER
        left[:some] -= 1
        full = np.flatnonzero(left[:some] == 0)
        if full.size:
            part[full] += 1
            left[full] = _quota(sizes[full], parts, part[full])
            own = table[full]
            table[full] = np.where(own >= 0, own & (_LINK - 1), own)  # nothing is linked to a part that begins


def _quota(sizes: Ints, parts: int, part: Ints) -> Ints:
    """How many nodes a part has: the first n mod parts have one more."""
    return sizes // parts + (part < sizes % parts)


def _ranges(first: Ints, counts: Ints) -> Ints:
    """first[0], first[0] + 1, ... (counts[0] numbers), then first[1], and so on."""
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(first - (ends - counts), counts)
