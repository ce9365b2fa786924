"""What `Codebook` knows as frames of pandas: of its codes, of new rows, and of nodes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gnn2mlp.core.frames import frame
from gnn2mlp.explore.book_student import StudentView
from gnn2mlp.explore.codebook import check_code
from gnn2mlp.explore.neighbourhoods import EgoGraph

if TYPE_CHECKING:
    from gnn2mlp.explore.book import Codebook

# Of codes, how many of those that lie nearest are named.
_NEAREST = 3


def table_frame(book: "Codebook", shares: bool) -> Any:
    """A row for each code; as `Codebook.table`."""
    found, names = book.figures, [str(name) for name in book.class_names]
    columns: dict[str, Any] = {"nodes": found.nodes}
    if names:
        columns["class"] = [names[k] if k >= 0 else None for k in found.largest]
        columns |= {"purity": found.purity, "homophily": found.homophily}
    columns["degree"] = found.degree
    columns["typical"] = [", ".join(map(str, one)) for one in book.typical]
    columns["medoids"] = [book.names[one].tolist() for one in book.central]
    columns["nearest"] = _nearest(book).tolist()
    if book._view is not None and not book.of_student:
        columns |= {"agreement": found.agreement, "confused_with": found.confused, "confusion": found.confusion}
    if book._view is not None and names:
        columns["accuracy"] = found.accuracy
    if shares:
        columns |= {f"share of {name}": found.classes[:, k] for k, name in enumerate(names)}
    return frame(columns, np.arange(book.num_codes), "code")


def placed_frame(book: "Codebook", view: StudentView, rows: Any) -> Any:
    """A row for each new row, which the student places among the codes; as `Codebook.of`."""
    assert book.reader is not None
    placed = view.placement.place(book.reader.hidden(rows))
    known = np.sort(view.placed.distance[book.observed])
    share = np.searchsorted(known, placed.distance) / max(1, known.size)
    columns = {"code": placed.code, "distance": placed.distance, "farther_than": share, "second": placed.second}
    index = getattr(rows, "index", None) if hasattr(rows, "iloc") else None
    return frame(columns, index)


def members_frame(book: "Codebook", code: int) -> Any:
    """A row for each observed node of a code; as `Codebook.members`."""
    check_code(code, book.num_codes)
    at = np.flatnonzero(book.knowledge["code"].numpy() == code)
    probability = book._probability()[at]
    distance = None if book._view is None else book._view.placed.distance[book.observed[at]]
    order = np.argsort(-probability if distance is None or not book.of_student else distance, kind="stable")
    nodes = book.observed[at[order]]
    columns: dict[str, Any] = {"row": nodes}
    if "code_probabilities" in book.knowledge.values:
        columns["probability"] = probability[order]
    if distance is not None and book.of_student:
        columns["distance"] = distance[order]
    return frame(columns | _told(book, nodes), book.names[nodes], "node")


def neighbourhoods_frame(book: "Codebook", around: Sequence[EgoGraph]) -> Any:
    """A row for each node of each neighbourhood; as `Codebook.neighbourhoods`."""
    nodes = np.concatenate([one.nodes for one in around]) if around else np.zeros(0, np.int64)
    centre = np.repeat([one.node for one in around], [one.nodes.size for one in around]).astype(np.int64)
    hop = np.concatenate([one.hops for one in around]) if around else nodes
    columns = {"node": book.names[nodes], "row": nodes, "hop": hop, "code": book.code[nodes]}
    return frame(columns | _told(book, nodes), book.names[centre], "centre")


def _told(book: "Codebook", nodes: np.ndarray) -> dict[str, Any]:
    """Columns about nodes: class, degree, and what the student makes of them."""
    columns: dict[str, Any] = {}
    if book.class_names:
        columns["class"] = _called(book, book.labels[nodes])
    if book.edges is not None:
        columns["degree"] = np.bincount(book.edges[0], minlength=book.num_nodes)[nodes]
    view = book._view
    if view is not None:
        columns["student_code"] = view.placed.code[nodes]
        if book.class_names:
            answer, label = view.answer[nodes], book.labels[nodes]
            right = [bool(a == b) if b >= 0 else None for a, b in zip(answer, label, strict=True)]
            columns |= {"answer": _called(book, answer), "right": right}
    return columns


def _called(book: "Codebook", classes: np.ndarray) -> Any:
    """Names of classes, by their positions; `None` for -1."""
    found = [book.class_names[k] if k >= 0 else None for k in classes.tolist()]
    # pandas would make fractions of whole numbers among which one is missing.
    return np.array([*found, ""], dtype=object)[:-1] if None in found else found


def _nearest(book: "Codebook") -> np.ndarray:
    """(codes, nearest): the codes with nodes whose vectors lie nearest to each."""
    used, squares = book.figures.nodes > 0, (book.vectors**2).sum(axis=1)
    far = squares[:, None] + squares - 2 * book.vectors @ book.vectors.T
    far[:, ~used] = np.inf
    np.fill_diagonal(far, np.inf)
    return np.argsort(far, axis=1, kind="stable")[:, : min(_NEAREST, max(0, int(used.sum()) - 1))]
