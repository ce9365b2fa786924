"""`Codebook`: everything there is to know of a teacher's codes, in one object that answers in frames and sentences."""

import importlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.figure import Figure

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.limits import check_count
from gnn2mlp.explore.book_arrays import between, check, class_numbers, count_nodes, matrix, per_node
from gnn2mlp.explore.book_frames import members_frame, neighbourhoods_frame, placed_frame, table_frame
from gnn2mlp.explore.book_map import book_map
from gnn2mlp.explore.book_sentence import book_sentence
from gnn2mlp.explore.book_student import ReadsRows, StudentView, student_view
from gnn2mlp.explore.code_table import CodeFigures, code_figures
from gnn2mlp.explore.codebook import code_vectors, with_codes
from gnn2mlp.explore.comparison import Comparison, compare_codes
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.map_object import InteractiveMap
from gnn2mlp.explore.merging import MergeMap, merge_map
from gnn2mlp.explore.neighbourhoods import BehindCode, behind_code
from gnn2mlp.explore.placement import CodePlacement
from gnn2mlp.explore.plots_neighbourhoods import plot_behind_code
from gnn2mlp.explore.typical import Feature, central_rows, typical_features
from gnn2mlp.knowledge import TeacherKnowledge

# Of a code, how many typical features, and how many nodes of its middle, are looked for.
_TYPICAL, _CENTRAL = 8, 5


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
        self.features = matrix(features)
        self.observed = knowledge.node_ids.numpy()
        self.num_nodes = count_nodes(self.features, labels, names, self.observed)
        self.labels = per_node(labels, self.num_nodes, "labels", -1)
        self.names = np.arange(self.num_nodes) if names is None else per_node(names, self.num_nodes, "names", "")
        self.feature_names = None if feature_names is None else tuple(feature_names)
        self.class_names = tuple(class_names) if class_names is not None else class_numbers(self.labels)
        self.student = student
        self.reader = reader if reader is not None else student
        self._rows = features if rows is None else rows
        self._known_placement = placement
        self.of_student = of_student
        self.code = np.full(self.num_nodes, -1)
        self.code[self.observed] = knowledge["code"].numpy()
        self.edges = None if edge_index is None else between(np.asarray(edge_index), self.code)
        if self.feature_names is not None and self.features is not None:
            check(len(self.feature_names) == self.features.shape[1], "feature_names: expected one per feature")

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
        return table_frame(self, shares)

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
        return placed_frame(self, self._seen_by_student("of"), rows)

    def members(self, code: int) -> Any:
        """The observed nodes that have a code, most probable first.

        Returns:
            A pandas frame by name of the node: `row` (its number), `probability` of the code (if it was written down),
            `class`, `degree`, and, with a student, `student_code`, `answer` and `right` (`None` where the class is not
            known).

        Raises:
            DataError: if there is no such code.
        """
        return members_frame(self, code)

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
        check_count("neighbourhoods", 0, most=most)
        return neighbourhoods_frame(self, self.behind(code, hops).neighbourhoods[:most])

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
        check(bool(both.any()), "compare: expected codebooks with nodes of the same names, got none in common")
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
        return book_sentence(self, code, noun, words, examples)

    def node(self, name: Any) -> int:
        """The number of the node that is called so, or whose name is written so.

        Raises:
            DataError: if there is none, or more than one; the message offers the nearest name.
        """
        at = np.flatnonzero(self.names == name)
        if not at.size:
            written = [str(one) for one in self.names]
            at = np.flatnonzero(np.array(written, dtype=object) == name)
            if not at.size:
                raise DataError(f"no node is called {name!r}{nearest(str(name), written)}")
        if at.size > 1:
            raise DataError(f"{at.size} nodes are called {name!r}; give each node a name of its own")
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
        """The median over observed nodes; NaN without edges."""
        if self.edges is None:
            return float("nan")
        return float(np.median(np.bincount(self.edges[0], minlength=self.num_nodes)[self.observed]))

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

    def __repr__(self) -> str:
        used = int((self.knowledge["code"].bincount(minlength=self.num_codes) > 0).sum())
        told = [plural(self.observed.size, "node")]
        if self.features is not None:
            told.append(plural(self.features.shape[1], "feature"))
        if self.class_names:
            told.append(f"{len(self.class_names)} classes")
        return f"Codebook({plural(self.num_codes, 'code')}, {used:,} used; {', '.join(told)})"
