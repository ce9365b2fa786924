"""Conditions that nodes meet or not, such as "degree 3-4" or "has the word neural": what slices are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError

# Numbers of so few different values are taken one by one; of more in so many parts of equally many nodes.
FEW_VALUES, PARTS = 6, 4


@dataclass(frozen=True, eq=False, repr=False)
class Conditions:
    """Which nodes meet which conditions.

    Args:
        texts: of each condition, as a person reads it.
        attributes: what each is about, such as `"degree"`; two of one attribute are not combined.
        kinds: of the attribute: `"class"`, `"degree"`, ..., `"column"`.
        holds: bool (nodes, conditions), scipy's CSR.

    Example:
        >>> both = groups_of("degree", "degree", np.array([0, 1, 1, -1]), ["degree 1", "degree 2+"])
        >>> both.texts, both.holds.toarray().sum(axis=0).tolist()
        (('degree 1', 'degree 2+'), [1.0, 2.0])
    """

    texts: tuple[str, ...]
    attributes: tuple[str, ...]
    kinds: tuple[str, ...]
    holds: sp.csr_matrix

    def __post_init__(self) -> None:
        if not len(self.texts) == len(self.attributes) == len(self.kinds) == self.holds.shape[1]:
            raise DataError(
                f"conditions: expected a text, an attribute and a kind for each of {self.holds.shape[1]} columns, got "
                f"{len(self.texts)}, {len(self.attributes)} and {len(self.kinds)}"
            )

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        kinds = ", ".join(dict.fromkeys(self.kinds)) or "none"
        return f"Conditions({len(self)} on {self.holds.shape[0]:,} nodes; {kinds})"

    def of(self, nodes: np.ndarray) -> "Conditions":
        """The same conditions on some of the nodes (positions or a mask)."""
        return Conditions(self.texts, self.attributes, self.kinds, self.holds[nodes])

    def where(self, kept: np.ndarray) -> "Conditions":
        """Some of the conditions (positions or a mask)."""
        places = np.flatnonzero(kept) if kept.dtype == bool else kept
        texts, attributes, kinds = (
            tuple(values[k] for k in places) for values in (self.texts, self.attributes, self.kinds)
        )
        return Conditions(texts, attributes, kinds, self.holds[:, places])

    def mask(self, places: Sequence[int]) -> np.ndarray:
        """Bool (nodes,): which nodes meet all conditions at these places."""
        found = np.ones(self.holds.shape[0], dtype=bool)
        for place in places:
            found &= self.holds[:, [place]].toarray().ravel() != 0
        return found


def joined(parts: Sequence[Conditions]) -> Conditions:
    """All conditions of several, which are on the same nodes."""
    if len({part.holds.shape[0] for part in parts}) > 1:
        raise DataError(f"conditions: expected all on the same nodes, got {[part.holds.shape[0] for part in parts]}")
    return Conditions(
        tuple(text for part in parts for text in part.texts),
        tuple(name for part in parts for name in part.attributes),
        tuple(kind for part in parts for kind in part.kinds),
        sp.csr_matrix(sp.hstack([part.holds for part in parts], format="csr", dtype=np.float32)),
    )


def groups_of(attribute: str, kind: str, group: np.ndarray, texts: Sequence[str]) -> Conditions:
    """A condition for each group of nodes.

    Args:
        attribute: what the groups are of.
        kind: of the attribute.
        group: int (nodes,), position in `texts`, -1 for none.
        texts: of each group; those without a node are left out.
    """
    inside = group >= 0
    matrix = sp.csr_matrix(
        (np.ones(int(inside.sum()), dtype=np.float32), (np.flatnonzero(inside), group[inside])),
        shape=(group.size, len(texts)),
    )
    count = len(texts)
    every = Conditions(tuple(texts), (attribute,) * count, (kind,) * count, matrix)
    return every.where(np.asarray(matrix.sum(axis=0)).ravel() > 0)


def numbers_of(attribute: str, values: np.ndarray, kind: str = "column") -> Conditions:
    """Conditions on a column of numbers (nodes,): its values where they are few, else four parts of as many nodes.

    Where more than a quarter of the nodes have one value, as counts often are 0, it is a part of its own.

    Example:
        >>> numbers_of("likes", np.arange(8.0)).texts
        ('likes is at most 1', 'likes is 2 to 3', 'likes is 4 to 5', 'likes is 6 or more')
        >>> numbers_of("shops", np.array([0.0, 1.0, np.nan])).texts
        ('shops is 0', 'shops is 1', 'shops is missing')
    """
    gaps = np.isnan(values)
    known = values[~gaps]
    group = np.full(values.size, -1)
    distinct, counts = np.unique(known, return_counts=True)
    if distinct.size <= FEW_VALUES:
        texts = [f"{attribute} is {_number(value)}" for value in distinct]
        group[~gaps] = np.searchsorted(distinct, known)
    else:
        texts, group[~gaps] = _parts(attribute, known, distinct, counts)
    group[gaps] = len(texts)
    return groups_of(attribute, kind, group, [*texts, f"{attribute} is missing"])


def words_of(
    matrix: sp.csr_matrix, names: Sequence[str], least: int = 10, most: int = 2000, owner: str = "it"
) -> Conditions:
    """A condition for each feature that is above 0 where a node has it: words of texts, items of lists.

    Args:
        matrix: (nodes, features).
        names: of the features.
        least: nodes that have it, else the feature is left out, as it is where more than half of all nodes have it.
        most: features; the rarer ones of more are left out.
        owner: what has them: the node, or a column of it.
    """
    plain = sp.csr_matrix(matrix, copy=True)
    plain.data = (plain.data > 0).astype(np.float32)
    plain.eliminate_zeros()
    count = np.asarray(plain.sum(axis=0)).ravel()
    usable = np.flatnonzero((count >= least) & (count <= plain.shape[0] / 2))
    kept = np.sort(usable[np.argsort(-count[usable], kind="stable")[:most]])
    texts = tuple(f"{owner} has {names[k]}" for k in kept)
    attributes = tuple(names[k] if owner == "it" else f"{owner}: {names[k]}" for k in kept)
    return Conditions(texts, attributes, ("column",) * kept.size, sp.csr_matrix(plain[:, kept]))


def _parts(attribute: str, known: np.ndarray, distinct: np.ndarray, counts: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Texts of parts, and the part of each known value."""
    common = float(distinct[counts.argmax()])
    alone = counts.max() > known.size / PARTS
    rest = known[known != common] if alone else known
    edges = np.unique(np.quantile(rest, np.arange(1, PARTS) / PARTS, method="inverted_cdf"))
    edges = edges[edges < rest.max()]
    group = np.searchsorted(edges, known, side="left")
    lows, highs = _ends(rest, edges)
    texts = [f"{attribute} is at most {highs[0]}"] if edges.size else [f"{attribute} is {lows[0]} to {highs[0]}"]
    texts += [f"{attribute} is {low} to {high}" for low, high in zip(lows[1:-1], highs[1:-1], strict=True)]
    texts += [f"{attribute} is {lows[-1]} or more"] * bool(edges.size)
    if alone:
        group[known == common] = len(texts)
        texts.append(f"{attribute} is {_number(common)}")
    return texts, group


def _ends(values: np.ndarray, edges: np.ndarray) -> tuple[list[str], list[str]]:
    """The smallest and the largest value of each part, as text."""
    part = np.searchsorted(edges, values, side="left")
    inside = [values[part == k] for k in range(edges.size + 1)]
    return [_number(v.min()) for v in inside], [_number(v.max()) for v in inside]


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e12 else f"{value:,.3g}"
