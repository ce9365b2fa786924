"""An interactive map of nodes and codes: one HTML page that needs nothing beside it, and the same in Jupyter."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.framing import Framed, frame
from gnn2mlp.explore.map_columns import Column, Named, Numbers, Texts, as_column, as_columns
from gnn2mlp.explore.map_features import TypicalFeatures, typical_features
from gnn2mlp.explore.map_links import links
from gnn2mlp.explore.map_object import InteractiveMap
from gnn2mlp.explore.map_packing import pack
from gnn2mlp.explore.map_page import page_size
from gnn2mlp.explore.sampling import sample_by_density

# More nodes than these are thinned: no screen has room for more, and the page stays below its size.
MOST_NODES: Final = 50_000
# Bytes of a page; a mail takes it, and a browser opens it at once.
MOST_BYTES: Final = 5_000_000
# Coordinates are stored in this many steps along each axis.
_STEPS = 65_535
# Features and neighbours of a node that are stored, and the share of the nodes that is shown: what a page gives up in
# turn where it would grow too large.
_DETAIL = ((5, 12, 1.0), (5, 6, 1.0), (3, 3, 1.0), (0, 0, 1.0), (0, 0, 0.5), (0, 0, 0.25), (0, 0, 0.1))


class MapCodes(NamedTuple):
    """The codes on a map.

    Args:
        code: int64 (nodes,), of each node; -1 for one without.
        points: (codes, 2), where each lies.
        texts: what a code stands for, in a sentence, by code.
        typical: (nodes,), how typical each node is of its code, such as the code's probability; default: those nearest
            to the code on the map are typical.
    """

    code: np.ndarray
    points: np.ndarray
    texts: Mapping[int, str] = {}
    typical: np.ndarray | None = None

    def __repr__(self) -> str:
        return short_repr(self)


def interactive_map(
    points: Any,
    nodes: Mapping[str, Any] | None = None,
    *,
    ids: Sequence[Any] | np.ndarray | None = None,
    codes: MapCodes | None = None,
    features: Any = None,
    feature_names: Sequence[str] | None = None,
    edges: Any = None,
    title: str = "Map of nodes",
    notes: Sequence[str] = (),
    most: int = MOST_NODES,
    seed: int = 0,
) -> InteractiveMap:
    """Draw a map of nodes that one can zoom, colour, search and select from.

    Points are drawn in a random order with an opacity by density, so that no class covers another. Where they are more
    than `most`, a sample is drawn that thins what is crowded; where few lie far away, they are put at the rim of the
    frame. The page says both. It stays below 5 MB: where texts are long, it holds fewer features and neighbours.

    Args:
        points: (nodes, 2), places in the plane, as `code_map(...).nodes` has them.
        nodes: columns to colour by and to read, by name, each with one value for each node: numbers, booleans, texts,
            or `Named` values, such as classes. The first one with names colours the map to begin with. One whose names
            are `"right"` and `"wrong"` marks neighbours as such.
        ids: of the nodes, as they are searched for; default: their rows.
        codes: numbered on the map; a click on one shows its nodes and some of their neighbourhoods.
        features: (nodes, features), dense or sparse; a node shows those that stand out.
        feature_names: one for each feature, such as words.
        edges: int (2, edges) between rows of the points, in either or both directions.
        title: of the page.
        notes: sentences below it, such as what the axes are.
        most: nodes to show.
        seed: of the sample and of the order in which nodes are drawn.

    Raises:
        DataError: if arrays differ in length, points are not finite, or the page is too large with a tenth of the
            nodes.

    Example:
        >>> points = np.random.default_rng(0).normal(size=(60, 2))
        >>> found = interactive_map(points, {"class": ["a", "b"] * 30, "degree": np.arange(60)}, title="Sixty nodes")
        >>> found
        InteractiveMap('Sixty nodes', 60 nodes, colours: class, degree)
        >>> found.html().startswith("<!doctype html>")
        True
    """
    given = _Given(points, nodes or {}, ids, codes, features, feature_names, edges, title, tuple(notes), seed)
    for feature_count, link_count, share in _DETAIL:
        shown = max(1, math.ceil(min(most, len(given.points)) * share))
        packed, rows, sentences = given.packed(shown, feature_count, link_count)
        if page_size(packed, title, sentences) <= MOST_BYTES:
            columns = {name: column.take(rows) for name, column in given.columns.items()}
            return InteractiveMap(packed, given.ids[rows], rows, columns, title, sentences)
    raise DataError(
        f"the map needs more than {MOST_BYTES / 1e6:.0f} MB with a tenth of its nodes; hand over fewer columns of "
        "text, or a smaller `most`"
    )


class _Given:
    """What the map is made of, checked."""

    def __init__(
        self,
        points: Any,
        nodes: Mapping[str, Any],
        ids: Sequence[Any] | np.ndarray | None,
        codes: MapCodes | None,
        features: Any,
        feature_names: Sequence[str] | None,
        edges: Any,
        title: str,
        notes: tuple[str, ...],
        seed: int,
    ):
        self.points: np.ndarray = np.asarray(points, dtype=np.float64)
        if self.points.ndim != 2 or self.points.shape[1] != 2 or not np.isfinite(self.points).all():
            raise DataError(
                f"points: expected finite numbers of the shape (nodes, 2), got the shape {self.points.shape}"
                f"{'' if np.isfinite(self.points).all() else ' with values that are not finite'}"
            )
        count = len(self.points)
        self.columns = as_columns(nodes, count)
        self.ids: np.ndarray = np.arange(count) if ids is None else np.asarray(ids)
        as_column(self.ids, count, "ids")
        self.codes = None if codes is None else _checked(codes, count)
        self.features, self.feature_names = features, feature_names
        if features is not None and features.shape[0] != count:
            raise DataError(
                f"features: expected a row for each of {count} nodes, got the shape {tuple(features.shape)}"
            )
        self.edges = None if edges is None else np.asarray(edges)
        self.title, self.notes, self.seed = title, notes, seed

    def packed(self, most: int, features: int, neighbours: int) -> tuple[bytes, np.ndarray, tuple[str, ...]]:
        """The block of a page with so many nodes, features and neighbours of each; the rows; what the page says."""
        framed = frame(self.points)
        rows = self._ordered(sample_by_density(framed.points, most, self.seed), framed)
        notes = (*self.notes, *self._sentences(framed, rows))
        header: dict[str, Any] = {
            "title": self.title,
            "notes": notes,
            "total": len(self.points),
            "seed": self.seed,
            "ids": [value.item() if isinstance(value, np.generic) else str(value) for value in self.ids[rows]],
        }
        arrays = dict(zip("xy", _steps(framed.points[rows], framed).T, strict=True))
        arrays |= _put_columns(header, {name: column.take(rows) for name, column in self.columns.items()})
        if self.codes is not None:
            arrays |= _put_codes(header, self.codes, rows, framed)
        if self.features is not None and features:
            found = typical_features(self.features, rows, self.feature_names, features)
            arrays |= _put_features(header, found)
        if self.edges is not None and neighbours:
            near = links(self.edges, len(self.points), rows, neighbours, self.seed)
            arrays |= {"degree": near.degree, "links": near.packed}
        return pack(header, arrays), rows, notes

    def _ordered(self, rows: np.ndarray, framed: Framed) -> np.ndarray:
        """Rows of a code one after the other, and within it from left to right: what is alike compresses."""
        if self.codes is None:
            return rows
        # Neighbours are stored as differences of rows, and a code's nodes are often neighbours.
        found: np.ndarray = rows[np.lexsort((framed.points[rows, 0], self.codes.code[rows]))]
        return found

    def _sentences(self, framed: Framed, rows: np.ndarray) -> Iterator[str]:
        if len(rows) < len(self.points):
            yield (
                f"A sample of {len(rows):,} of {plural(len(self.points), 'node')} is shown; crowded places are thinned "
                "more than sparse ones."
            )
        if framed.outside[rows].any():
            yield framed._replace(outside=framed.outside[rows]).note


def _checked(codes: MapCodes, nodes: int) -> MapCodes:
    code, points = np.asarray(codes.code).astype(np.int64), np.asarray(codes.points, dtype=np.float64)
    if code.shape != (nodes,) or points.ndim != 2 or points.shape[1:] != (2,) or code.max(initial=-1) >= len(points):
        raise DataError(
            f"codes: expected a code for each of {nodes} nodes and a place for each code, got the shapes {code.shape} "
            f"and {points.shape} and codes up to {code.max(initial=-1)}"
        )
    typical = None if codes.typical is None else np.asarray(codes.typical, dtype=np.float64)
    if typical is not None and typical.shape != (nodes,):
        raise DataError(f"codes: expected a number for each of {nodes} nodes as typical, got the shape {typical.shape}")
    return MapCodes(code, points, codes.texts, typical)


def _steps(points: np.ndarray, framed: Framed) -> np.ndarray:
    """Places in whole steps of the frame's longer side, so that both axes keep one scale."""
    middle, side = (framed.low + framed.high) / 2, max(float((framed.high - framed.low).max()), np.finfo(float).tiny)
    place = (framed.clip(points) - middle) / side + 0.5
    steps: np.ndarray = np.rint(place * _STEPS).clip(0, _STEPS).astype(np.int64)
    return steps


def _put_columns(header: dict[str, Any], columns: Mapping[str, Column]) -> dict[str, np.ndarray]:
    """The arrays of columns; what is no array goes into the header."""
    header["columns"], arrays = [], {}
    for at, (name, column) in enumerate(columns.items()):
        entry: dict[str, Any] = {"name": name, "key": f"c{at}"}
        if isinstance(column, Named):
            entry |= {"kind": "names", "names": column.names}
            arrays[f"c{at}"] = column.index + 1  # 0 is unknown
        elif isinstance(column, Numbers):
            known = column.values[np.isfinite(column.values)]
            # Colours span all but the outermost nodes: one outlier would leave the others in a single shade.
            low, high = np.percentile(known, [2, 98]) if known.size else (0.0, 1.0)
            entry |= {"kind": "numbers", "low": float(low), "high": float(high)}
            arrays[f"c{at}"] = column.values
        elif isinstance(column, Texts):
            entry |= {"kind": "texts", "texts": column.values}
        header["columns"].append(entry)
    return arrays


def _put_codes(header: dict[str, Any], codes: MapCodes, rows: np.ndarray, framed: Framed) -> dict[str, np.ndarray]:
    used = np.bincount(codes.code[codes.code >= 0], minlength=len(codes.points))
    header["codes"] = {
        "points": _steps(codes.points, framed).tolist(),
        "nodes": used.tolist(),
        "texts": {str(code): text for code, text in codes.texts.items()},
        "groups": neighbour_colours(codes.points, used).tolist(),
    }
    arrays = {"code": codes.code[rows] + 1}
    return arrays if codes.typical is None else {**arrays, "typical": codes.typical[rows]}


def _put_features(header: dict[str, Any], found: TypicalFeatures) -> dict[str, np.ndarray]:
    order = sorted(found.names)
    header["features"] = {"names": [found.names[one] for one in order], "words": found.words}
    arrays = {"feature": np.searchsorted(order, found.feature), "features": np.diff(found.start)}
    return arrays if found.words else {**arrays, "value": found.value}


def neighbour_colours(points: np.ndarray, used: np.ndarray, colours: int = 8) -> np.ndarray:
    """(codes,): one of `colours` for each code, so that near ones differ, as countries do on a map.

    The fullest codes choose first, each the colour whose nearest bearer is farthest. Equal colours mean nothing.

    Example:
        >>> neighbour_colours(np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]]), np.array([5, 4, 3]), colours=2).tolist()
        [0, 1, 0]
    """
    chosen = np.zeros(len(points), dtype=np.int64)
    room = np.full((colours, len(points)), np.inf)  # from each code to the nearest one that already has the colour
    for code in np.argsort(-used, kind="stable"):
        colour = chosen[code] = room[:, code].argmax()
        room[colour] = np.minimum(room[colour], np.hypot(*(points - points[code]).T))
    return chosen
