"""`Codebook`: everything there is to know of a teacher's codes, in one object that answers in frames and sentences."""

import importlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.figure import Figure

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.frames import frame
from gnn2mlp.explore.book_map import book_map
from gnn2mlp.explore.book_student import ReadsRows, StudentView, student_view
from gnn2mlp.explore.code_table import CodeFigures, code_figures
from gnn2mlp.explore.codebook import check_code, code_vectors, with_codes
from gnn2mlp.explore.comparison import Comparison, compare_codes
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.map_object import InteractiveMap
from gnn2mlp.explore.merging import MergeMap, merge_map
from gnn2mlp.explore.neighbourhoods import BehindCode, behind_code
from gnn2mlp.explore.placement import CodePlacement
from gnn2mlp.explore.plots_neighbourhoods import plot_behind_code
from gnn2mlp.explore.sentences import describe_code
from gnn2mlp.explore.typical import Feature, central_rows, typical_features
from gnn2mlp.knowledge import TeacherKnowledge

_TYPICAL, _NEAREST, _CENTRAL = 8, 3, 5


class Codebook:
    """The codes of a teacher: what each stands for, which nodes have it, and what the student makes of it.

    From a run's folder: `Codebook.from_run("runs/x")`. From a fitted estimator: `model.codebook()`. From arrays: the
    constructor, of which only the knowledge is needed; what is not given is left out of the answers. Numbers of nodes
    are those of the full graph, of which the knowledge holds the observed ones.

    Args:
        knowledge: of a teacher with codes, such as `vq`.
        features: (nodes, features) of every node of the full graph: numpy, scipy or torch.
        edge_index: (2, edges) of the full graph, in either or both directions; edges to nodes that the teacher did not
            see are left out.
        labels: int (nodes,), -1 where unknown.
        names: (nodes,), what each node is called; default: its number.
        feature_names: (features,), such as words or columns.
        class_names: of the labels; default: their numbers.
        student: that learnt from the teacher, such as a `Predictor`; it answers `rows`.
        rows: what the student reads of every node; default: the features.
        reader: the same student as it reads new rows in `of`, such as tables; default: `student`.
        placement: the student's map to the codes, where it is known; default: fitted on the observed nodes.
        of_student: whether the codes in the knowledge are those of the student, which then cannot disagree with them.

    Raises:
        MissingKnowledgeError: if the knowledge has no codes.
        DataError: if arrays do not fit the graph.

    Example:
        >>> import torch
        >>> values = {
        ...     "code": torch.tensor([0, 0, 0, 1]),
        ...     "codebook": torch.tensor([[0.0], [1.0], [9.0]]),
        ...     "code_unit_length": torch.tensor(False),
        ... }
        >>> rows = [[1, 0, 0, 0], [1, 0, 0, 1], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]
        >>> book = Codebook(
        ...     TeacherKnowledge(torch.arange(4), values), rows, labels=[0, 0, 1, 1, -1, -1, -1], names=list("abcdefg"),
        ...     feature_names=["council", "show", "the", "of"], class_names=["government", "tv"],
        ... )
        >>> book
        Codebook(3 codes, 2 used; 4 nodes, 4 features, 2 classes)
        >>> book.table()["class"].tolist()[:2]
        ['government', 'tv']
        >>> print(book.describe(0, noun="pages"))
        Code 0 is: 3 pages, 67% government; words: council (1.8×), the (1.8×), of (1.8×); pages: a, b, c.
    """

    def __init__(
        self,
        knowledge: TeacherKnowledge,
        features: Any = None,
        *,
        edge_index: Any = None,
        labels: Any = None,
        names: Any = None,
        feature_names: Sequence[str] | None = None,
        class_names: Sequence[Any] | None = None,
        student: ReadsRows | None = None,
        rows: Any = None,
        reader: ReadsRows | None = None,
        placement: CodePlacement | None = None,
        of_student: bool = False,
    ):
        self.knowledge = knowledge = with_codes(knowledge)
        self.features = _matrix(features)
        self.observed = knowledge.node_ids.numpy()
        self.num_nodes = _count(self.features, labels, names, self.observed)
        self.labels = _per_node(labels, self.num_nodes, "labels", -1)
        self.names = np.arange(self.num_nodes) if names is None else _per_node(names, self.num_nodes, "names", "")
        self.feature_names = None if feature_names is None else tuple(feature_names)
        self.class_names = tuple(class_names) if class_names is not None else _numbers(self.labels)
        self.student = student
        self.reader = reader if reader is not None else student
        self._rows = features if rows is None else rows
        self._known_placement = placement
        self.of_student = of_student
        self.code = np.full(self.num_nodes, -1)
        self.code[self.observed] = knowledge["code"].numpy()
        self.edges = None if edge_index is None else _between(np.asarray(edge_index), self.code)
        if self.feature_names is not None and self.features is not None:
            _check(len(self.feature_names) == self.features.shape[1], "feature_names: expected one per feature")

    @classmethod
    def from_run(cls, folder: str | Path, seed: int | None = None, data_root: str | Path | None = None) -> "Codebook":
        """The codebook of a run, or of a fit from tables, in its folder.

        Args:
            folder: of `gnn2mlp run` or `gnn2mlp fit`, with a teacher that has codes.
            seed: of a run with several; default: the first. A fit has one.
            data_root: where raw data are; default: where the run found them.

        Raises:
            ConfigError: if there is no such seed, or the folder holds neither.
            ArtefactError: if a file is missing or was altered.
            MissingKnowledgeError: if the teacher has no codes.
        """
        # By its name: how folders are laid out is known above this layer.
        opened = importlib.import_module("gnn2mlp.pipeline.codebooks")
        made: Codebook = opened.codebook_of(folder, seed, data_root)
        return made

    @property
    def num_codes(self) -> int:
        """How many codes there are, unused ones included."""
        return int(self.knowledge["codebook"].size(0))

    @cached_property
    def figures(self) -> CodeFigures:
        """The figures of every code, as arrays."""
        seen = self._view
        return code_figures(
            self.code,
            self.num_codes,
            self.labels,
            len(self.class_names),
            self.edges,
            None if seen is None or self.of_student else seen.placed.code,
            None if seen is None else seen.answer,
        )

    @cached_property
    def typical(self) -> list[list[Feature]]:
        """The typical features of every code; empty without features."""
        if self.features is None:
            return [[] for _ in range(self.num_codes)]
        return typical_features(self.features, self.code, self.num_codes, self.feature_names, _TYPICAL)

    @cached_property
    def central(self) -> list[np.ndarray]:
        """Numbers of the nodes in the middle of every code, the medoid first; by features, else by probability."""
        if self.features is not None:
            return central_rows(self.features, self.code, self.num_codes, _CENTRAL)
        order = np.lexsort((-self._probability(), self.knowledge["code"].numpy()))
        return [self.observed[one[:_CENTRAL]] for one in self._by_code(order)]

    @cached_property
    def vectors(self) -> np.ndarray:
        """The code vectors, float64 (codes, code_dim), in the space in which distances are taken."""
        return code_vectors(self.knowledge)

    def table(self, shares: bool = True) -> Any:
        """A pandas frame with a row for each code.

        Args:
            shares: whether to add a column `share of <class>` for each class.

        Returns:
            Index `code`; `nodes`; `class` (the largest), `purity` (its share among nodes of known class), `homophily`
            (share of the links of its nodes that lead to their own class), `degree` (median), `typical` (features and
            their lift), `medoids` (names of nodes), `nearest` (codes), and, with a student, `agreement` (share of its
            nodes that the student places there too), `confused_with` (where it places most others; -1: none),
            `confusion` (how many, as a share), `accuracy` (of its answers on nodes of known class).
        """
        found, names = self.figures, [str(name) for name in self.class_names]
        columns: dict[str, Any] = {"nodes": found.nodes}
        if names:
            columns["class"] = [names[k] if k >= 0 else None for k in found.largest]
            columns |= {"purity": found.purity, "homophily": found.homophily}
        columns["degree"] = found.degree
        columns["typical"] = [", ".join(map(str, one)) for one in self.typical]
        columns["medoids"] = [self.names[one].tolist() for one in self.central]
        columns["nearest"] = self._nearest().tolist()
        if self._view is not None and not self.of_student:
            columns |= {"agreement": found.agreement, "confused_with": found.confused, "confusion": found.confusion}
        if self._view is not None and names:
            columns["accuracy"] = found.accuracy
        if shares:
            columns |= {f"share of {name}": found.classes[:, k] for k, name in enumerate(names)}
        return frame(columns, np.arange(self.num_codes), "code")

    def of(self, rows: Any) -> Any:
        """The code of new rows, as the student places them: by their features alone.

        Args:
            rows: as the student's `predict` takes them.

        Returns:
            A pandas frame: `code`; `distance` to it; `farther_than`, the share of observed nodes that lie nearer to
            theirs, near 1 for a row that is foreign; `second`, the next nearest code. Its index is that of `rows`.

        Raises:
            ConfigError: without a student.
            DataError: as `predict`.
        """
        view = self._seen_by_student("of")
        assert self.reader is not None
        placed = view.placement.place(self.reader.hidden(rows))
        known = np.sort(view.placed.distance[self.observed])
        share = np.searchsorted(known, placed.distance) / max(1, known.size)
        columns = {"code": placed.code, "distance": placed.distance, "farther_than": share, "second": placed.second}
        index = getattr(rows, "index", None) if hasattr(rows, "iloc") else None
        return frame(columns, index)

    def members(self, code: int) -> Any:
        """The observed nodes that have a code, most probable first.

        Returns:
            A pandas frame by name of the node: `row` (its number), `probability` of the code (if it was written down),
            `class`, `degree`, and, with a student, `student_code`, `answer` and `right` (`None` where the class is not
            known).

        Raises:
            DataError: if there is no such code.
        """
        check_code(code, self.num_codes)
        at = np.flatnonzero(self.knowledge["code"].numpy() == code)
        probability = self._probability()[at]
        distance = None if self._view is None else self._view.placed.distance[self.observed[at]]
        order = np.argsort(-probability if distance is None or not self.of_student else distance, kind="stable")
        nodes = self.observed[at[order]]
        columns: dict[str, Any] = {"row": nodes}
        if "code_probabilities" in self.knowledge.values:
            columns["probability"] = probability[order]
        if distance is not None and self.of_student:
            columns["distance"] = distance[order]
        return frame(columns | self._told(nodes), self.names[nodes], "node")

    def behind(self, code: int, hops: int = 1) -> BehindCode:
        """The nodes of a code and their neighbourhoods, as arrays; see `behind_code`.

        Raises:
            ConfigError: without edges.
        """
        if self.edges is None:
            raise ConfigError("neighbourhoods: expected the edges of a graph, got none; give edge_index")
        return behind_code(self.knowledge, self.edges, self.labels, code, hops)

    def neighbourhoods(self, code: int, most: int = 6, hops: int = 1) -> Any:
        """Who is around the most probable nodes of a code: a row for each node of each neighbourhood.

        Args:
            code: which.
            most: nodes whose neighbourhoods are told.
            hops: how far these reach.

        Returns:
            A pandas frame by name of the node in the middle (`centre`): `node` (name), `hop`, `code`, and what
            `members` tells of each.

        Raises:
            ConfigError: without edges.
            DataError: if there is no such code.
        """
        around = self.behind(code, hops).neighbourhoods[:most]
        nodes = np.concatenate([one.nodes for one in around]) if around else np.zeros(0, np.int64)
        centre = np.repeat([one.node for one in around], [one.nodes.size for one in around]).astype(np.int64)
        hop = np.concatenate([one.hops for one in around]) if around else nodes
        columns = {"node": self.names[nodes], "row": nodes, "hop": hop, "code": self.code[nodes]}
        return frame(columns | self._told(nodes), self.names[centre], "centre")

    def plot_neighbourhoods(self, code: int, most: int = 6, hops: int = 1) -> Figure:
        """The same, drawn as small graphs: coloured by class, the student's wrong answers ringed."""
        view = self._view
        wrong = None if view is None else (view.answer >= 0) & (self.labels >= 0) & (view.answer != self.labels)
        names = [str(name) for name in self.class_names]
        return plot_behind_code(self.behind(code, hops), names, most, names=self.names, wrong=wrong)

    def compare(self, other: "Codebook") -> Comparison:
        """How far two codebooks, of two seeds or teachers, divide the same nodes alike, and which codes match.

        Nodes are the same where they have the same names.

        Raises:
            DataError: if they have no node in common.
        """
        place = {name: node for node, name in enumerate(other.names.tolist())}
        mine = np.array([place.get(name, -1) for name in self.names[self.observed].tolist()], dtype=np.int64)
        both = (mine >= 0) & (other.code[mine] >= 0)
        _check(bool(both.any()), "compare: expected codebooks with nodes of the same names, got none in common")
        return compare_codes(self.code[self.observed[both]], other.code[mine[both]])

    def merge_map(self) -> MergeMap:
        """Which codes would become one first: their hierarchy, as `scipy.cluster.hierarchy` reads it."""
        return merge_map(self.vectors, self.figures.nodes)

    def map(
        self,
        columns: Mapping[str, Any] | None = None,
        *,
        projection: Literal["pca", "tsne", "umap"] = "pca",
        noun: str = "nodes",
        title: str = "Codes and nodes",
        most: int | None = None,
        seed: int = 0,
    ) -> InteractiveMap:
        """Codes and nodes in the plane, to zoom, colour, search and select from: in a notebook, or `.save("map.html")`.

        In a notebook `found = book.map()` shows itself, and `found.selected` are the nodes that were chosen in it, as a
        pandas frame.

        Args:
            columns: more to colour by, by name, each with a value for each node of the full graph.
            projection: how codes are laid out; see `gnn2mlp.explore.code_map`.
            noun: what nodes are, in the plural, for the sentences about codes.
            title: of the map.
            most: nodes to show; see `gnn2mlp.explore.knowledge_map`.
            seed: of samples and of the order of drawing.

        Raises:
            MissingKnowledgeError: if neither the knowledge nor a student tells between which codes a node lies.
            DataError: for columns of another length.
            ConfigError: for UMAP without umap-learn.
        """
        return book_map(self, columns, projection, noun, title, most, seed)

    def describe(self, code: int, noun: str = "nodes", words: int = 5, examples: int = 3) -> str:
        """A code in one sentence.

        Args:
            code: which.
            noun: what nodes are, in the plural, such as `"pages"`.
            words: how many typical words.
            examples: how many names of nodes in its middle.

        Raises:
            DataError: if there is no such code.
        """
        check_code(code, self.num_codes)
        found = self.figures
        typical = [one for one in self.typical[code] if one.lift is not None][:words]
        numbers = [one for one in self.typical[code] if one.shift is not None]
        return describe_code(
            code,
            int(found.nodes[code]),
            noun,
            None if found.largest[code] < 0 or not self.class_names else str(self.class_names[found.largest[code]]),
            float(found.purity[code]),
            float(found.degree[code]),
            self._usual_degree,
            [one._replace(name=self._bare(one.name)) for one in (*typical, *numbers)],
            [str(name) for name in self.names[self.central[code][:examples]].tolist()],
            int(found.confused[code]),
            float(found.confusion[code]),
        )

    def node(self, name: Any) -> int:
        """The number of the node that is called so.

        Raises:
            DataError: if there is none; the message offers the nearest name.
        """
        at = np.flatnonzero(self.names == name)
        if not at.size:
            raise DataError(f"no node is called {name!r}{nearest(str(name), [str(one) for one in self.names])}")
        return int(at[0])

    @cached_property
    def _view(self) -> StudentView | None:
        if self.student is None or self._rows is None:
            return None
        classes = len(self.class_names)
        return student_view(self.student, self._rows, self.knowledge, classes, self._known_placement)

    def _seen_by_student(self, name: str) -> StudentView:
        if self._view is None:
            raise ConfigError(f"{name}: expected a codebook with a student and its rows, got one without; give student")
        return self._view

    @cached_property
    def _usual_degree(self) -> float:
        if self.edges is None:
            return float("nan")
        return float(np.median(np.bincount(self.edges[0], minlength=self.num_nodes)[self.observed]))

    @cached_property
    def _text_column(self) -> str:
        """What the names of all words begin with where there is one column of texts, as `about: `; else nothing."""
        begin = {name.partition(": ")[0] for name in self.feature_names or () if ": " in name}
        return f"{begin.pop()}: " if len(begin) == 1 else ""

    def _bare(self, feature: str) -> str:
        return feature.removeprefix(self._text_column) or feature

    def _told(self, nodes: np.ndarray) -> dict[str, Any]:
        """Columns about nodes: class, degree, and what the student makes of them."""
        columns: dict[str, Any] = {}
        if self.class_names:
            columns["class"] = self._called(self.labels[nodes])
        if self.edges is not None:
            columns["degree"] = np.bincount(self.edges[0], minlength=self.num_nodes)[nodes]
        view = self._view
        if view is not None:
            columns["student_code"] = view.placed.code[nodes]
            if self.class_names:
                answer, label = view.answer[nodes], self.labels[nodes]
                right = [bool(a == b) if b >= 0 else None for a, b in zip(answer, label, strict=True)]
                columns |= {"answer": self._called(answer), "right": right}
        return columns

    def _called(self, classes: np.ndarray) -> Any:
        found = [self.class_names[k] if k >= 0 else None for k in classes.tolist()]
        # pandas would make fractions of whole numbers among which one is missing.
        return np.array([*found, ""], dtype=object)[:-1] if None in found else found

    def _probability(self) -> np.ndarray:
        """(observed,): of the code that a node has; 1 where none was written down."""
        if "code_probabilities" not in self.knowledge.values:
            return np.ones(self.observed.size)
        own = self.knowledge["code_indices"].numpy() == self.knowledge["code"].numpy()[:, None]
        found: np.ndarray = (self.knowledge["code_probabilities"].double().numpy() * own).sum(axis=1)
        return found

    def _by_code(self, order: np.ndarray) -> list[np.ndarray]:
        """Rows of the knowledge, which are sorted by code, in a part for each."""
        starts = np.searchsorted(self.knowledge["code"].numpy()[order], np.arange(1, self.num_codes))
        return np.split(order, starts)

    def _nearest(self) -> np.ndarray:
        """(codes, nearest): the codes with nodes whose vectors lie nearest to each."""
        used, squares = self.figures.nodes > 0, (self.vectors**2).sum(axis=1)
        far = squares[:, None] + squares - 2 * self.vectors @ self.vectors.T
        far[:, ~used] = np.inf
        np.fill_diagonal(far, np.inf)
        return np.argsort(far, axis=1, kind="stable")[:, : min(_NEAREST, max(0, int(used.sum()) - 1))]

    def __repr__(self) -> str:
        used = int((self.knowledge["code"].bincount(minlength=self.num_codes) > 0).sum())
        told = [plural(self.observed.size, "node")]
        if self.features is not None:
            told.append(plural(self.features.shape[1], "feature"))
        if self.class_names:
            told.append(f"{len(self.class_names)} classes")
        return f"Codebook({plural(self.num_codes, 'code')}, {used:,} used; {', '.join(told)})"


def _matrix(features: Any) -> Any:
    """Features as numpy or scipy."""
    if features is None or hasattr(features, "tocsr"):
        return features
    return features.to_scipy() if hasattr(features, "to_scipy") else np.asarray(features)


def _count(features: Any, labels: Any, names: Any, observed: np.ndarray) -> int:
    given = next((len(one) for one in (labels, names) if one is not None), int(observed.max(initial=-1)) + 1)
    count = given if features is None else int(features.shape[0])
    _check(
        count > observed.max(initial=-1),
        f"features: expected a row for each node of the full graph, at least {observed.max(initial=-1) + 1}, "
        f"got {count}",
    )
    return count


def _per_node(values: Any, count: int, what: str, blank: Any) -> np.ndarray:
    if values is None:
        return np.full(count, blank)
    found = np.asarray(values)
    _check(found.shape == (count,), f"{what}: expected one for each of {count} nodes, got the shape {found.shape}")
    return found


def _numbers(labels: np.ndarray) -> tuple[Any, ...]:
    return tuple(range(int(labels.max(initial=-1)) + 1))


def _between(edges: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Each edge between observed nodes in both directions, once."""
    _check(
        edges.ndim == 2 and len(edges) == 2 and (not edges.size or 0 <= edges.min() <= edges.max() < len(code)),
        f"edge_index: expected (2, edges) with ends in 0..{len(code) - 1}, got the shape {edges.shape}",
    )
    inside = edges[:, (code[edges] >= 0).all(axis=0) & (edges[0] != edges[1])].astype(np.int64)
    keys = np.unique(np.concatenate([inside[0] * len(code) + inside[1], inside[1] * len(code) + inside[0]]))
    return np.stack([keys // len(code), keys % len(code)])


def _check(fits: bool, otherwise: str) -> None:
    if not fits:
        raise DataError(otherwise)
