"""What a server of links is asked: nodes, by their ids or their columns, whose best candidates or pairs are wanted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError, listing, nearest
from gnn2mlp.deploy.link_search import Best
from gnn2mlp.serving.refusal import TOO_LARGE, UNREADABLE, RefusalError, called
from gnn2mlp.serving.rows import Rows, rows_of

if TYPE_CHECKING:
    from gnn2mlp.serving.links import ServedLinks

SOURCE, TARGET = "source", "target"
# Candidates in the answer to a request, all asked nodes together.
MOST_CANDIDATES = 10_000
# Candidates that are scored before somebody else has a turn.
_SCORED = 2**15


class AskedNodes(NamedTuple):
    """Nodes of a request.

    Args:
        held: int64 (nodes,), their rows among the nodes that the server holds, -1 of others.
        new: int64 (nodes,), their places in `columns`, -1 of those that were asked by their ids alone.
        columns: of those that came with some.
        counted: which rows of `columns` are which nodes, for messages.
    """

    held: np.ndarray
    new: np.ndarray
    columns: Rows
    counted: str

    def vectors(self, model: "ServedLinks", made: np.ndarray) -> np.ndarray:
        """Embeddings float32 (nodes, width): what was `made` of columns, and what the server holds of the others."""
        found = np.empty((len(self.held), model.predictor.width), np.float32)
        by_columns = self.new >= 0
        found[by_columns] = made[self.new[by_columns]]
        if model.nodes is not None:
            found[~by_columns] = model.nodes.vectors[self.held[~by_columns]]
        return found


class TopQuestion(NamedTuple):
    """Whose best candidates are asked for.

    Args:
        size: how many nodes.
        asked: which.
        k: how many candidates of each.
    """

    size: int
    asked: AskedNodes
    k: int

    @property
    def alone(self) -> bool:
        """Nodes of several requests are embedded together."""
        return False

    def answer(self, model: "ServedLinks", made: np.ndarray) -> np.ndarray:
        """Embeddings float32 (nodes, width), of which some were `made` of columns: what `searches` begins with."""
        return self.asked.vectors(model, made)

    def searches(self, model: "ServedLinks", Z: np.ndarray) -> "list[Search]":
        """What has to be searched for, some nodes at a time, so that what others ask comes between."""
        assert model.nodes is not None, "questions of this kind are read where there are some"
        step = max(1, _SCORED // model.nodes.candidates)
        return [
            Search(len(Z[at : at + step]), Z[at : at + step], self.asked.held[at : at + step], self.k)
            for at in range(0, self.size, step)
        ]


class Search(NamedTuple):
    """Nodes that are searched for together.

    Args:
        size: how many.
        Z: float32 (nodes, width), their embeddings.
        held: int64 (nodes,), their rows among the nodes that the server holds, -1 of others.
        k: how many candidates of each.
    """

    size: int
    Z: np.ndarray
    held: np.ndarray
    k: int

    @property
    def asked(self) -> None:
        """Nobody has to be embedded any more."""

    @property
    def alone(self) -> bool:
        """Each is searched for by itself, whoever else waits."""
        return True

    def answer(self, model: "ServedLinks", _: np.ndarray) -> list[Best]:
        """The best candidates of each node."""
        assert model.nodes is not None, "whoever is found is one of them"
        best = model.nodes.search.best
        return [best(z, self.k, None if row < 0 else row) for z, row in zip(self.Z, self.held.tolist(), strict=True)]


class PairQuestion(NamedTuple):
    """Pairs whose scores are asked for.

    Args:
        size: how many pairs.
        asked: both ends of the first, of the second, and so on.
    """

    size: int
    asked: AskedNodes

    @property
    def alone(self) -> bool:
        """Nodes of several requests are embedded together."""
        return False

    def answer(self, model: "ServedLinks", made: np.ndarray) -> np.ndarray:
        """Scores float32 (pairs,), where some ends were `made` of columns."""
        Z = self.asked.vectors(model, made)
        return model.predictor.score(Z[::2], Z[1::2])


Question = TopQuestion | Search | PairQuestion


def top_question(value: Any, k: int | None, model: "ServedLinks", most: int) -> TopQuestion:
    """The nodes of a request whose best candidates are wanted.

    Args:
        value: parsed JSON: a node, or a list of nodes.
        k: how many candidates of each; default: 10, or as many as there are.
        model: that is asked.
        most: nodes of a request.

    Raises:
        RefusalError: for what are no nodes, or another `k`.
        DataError: for an id that cannot be one.
    """
    if model.nodes is None:
        raise RefusalError(
            UNREADABLE,
            "top: this server holds no nodes that could be answered; start it with some: gnn2mlp serve MODEL --nodes "
            "FILE; pairs of nodes that are given by their columns are scored at /predict",
        )
    there = model.nodes.candidates
    k = min(10, there) if k is None else k
    if not 1 <= k <= there:
        raise RefusalError(
            UNREADABLE, f"query: expected k from 1 to {there:,}, as many as there are candidates, got {k:,}"
        )
    given = value if isinstance(value, list) else [value]
    _check_few(given, most, "nodes")
    if len(given) * k > MOST_CANDIDATES:
        raise RefusalError(
            TOO_LARGE,
            f"top: expected at most {MOST_CANDIDATES:,} candidates in an answer, all nodes together, got k={k:,} of "
            f"{len(given):,}; ask for fewer, or write a table with: gnn2mlp score MODEL --top K",
        )
    nodes = _asked(given, [f"node {place}" for place in range(len(given))], model)
    return TopQuestion(len(given), nodes, k)


def pair_question(value: Any, model: "ServedLinks", most: int) -> PairQuestion:
    """The pairs of a request.

    Args:
        value: parsed JSON: an object with a source and a target, or a list of such objects.
        model: that is asked.
        most: pairs of a request.

    Raises:
        RefusalError: for what are no pairs.
        DataError: for an id that cannot be one.
    """
    given = value if isinstance(value, list) else [value]
    _check_few(given, most, "pairs")
    for place, pair in enumerate(given):
        if not isinstance(pair, dict):
            got = called(pair)
        elif missing := [end for end in (SOURCE, TARGET) if end not in pair]:
            got = f"none in {missing[0]!r}{nearest(missing[0], pair)}"
        else:
            continue
        raise RefusalError(
            UNREADABLE,
            f"pair {place}: expected an object with a node in {SOURCE!r} and one in {TARGET!r}, got {got}; GET /model "
            "has an example",
        )
    ends = [(pair[end], f"{end} of pair {place}") for place, pair in enumerate(given) for end in (SOURCE, TARGET)]
    return PairQuestion(len(given), _asked([node for node, _ in ends], [name for _, name in ends], model))


def _check_few(given: Sequence[Any], most: int, what: str) -> None:
    if len(given) > most:
        raise RefusalError(
            TOO_LARGE,
            f"body: expected at most {most:,} {what} in a request, got {len(given):,}; send fewer at a time, or ask "
            "with tables: gnn2mlp score",
        )


def _asked(given: Sequence[Any], names: Sequence[str], model: "ServedLinks") -> AskedNodes:
    """Nodes, each as an id, an object with its id, or an object of its columns, which may have an id beside them."""
    told = [_told_apart(node, name, model) for node, name in zip(given, names, strict=True)]
    held, new = (np.full(len(given), -1, np.int64) for _ in range(2))
    if with_id := [place for place, one in enumerate(told) if one.id is not None]:
        assert model.nodes is not None, "without nodes no id is read"
        held[with_id] = model.nodes.rows([told[place].id for place in with_id], [names[place] for place in with_id])
        for place in with_id:
            if told[place].columns is None and held[place] < 0:
                raise model.nodes.unknown(told[place].id, names[place])
    with_columns = [place for place, one in enumerate(told) if one.columns is not None]
    new[with_columns] = np.arange(len(with_columns))
    counted = _counted(with_columns, names)
    rows = [one.columns for one in told if one.columns is not None]
    try:
        return AskedNodes(held, new, rows_of(rows, model.reader.predictor, len(rows)), counted)
    except RefusalError as error:
        raise RefusalError(error.status, f"{error}{counted}", error.headers) from error
    except DataError as error:
        raise DataError(f"{error}{counted}") from error


class _Told(NamedTuple):
    """What a request says of a node: its id, its columns, or both."""

    id: Any
    columns: dict[str, Any] | None


def _told_apart(node: Any, name: str, model: "ServedLinks") -> _Told:
    key = None if model.nodes is None else model.nodes.id_column
    if not isinstance(node, dict):
        if key is None or type(node) not in (int, str):
            raise _no_node(name, called(node), model)
        return _Told(node, None)
    found = None if key is None else node.get(key)
    if any(column in node for column in model.reads):
        return _Told(found, node)
    if found is None:
        raise _no_node(name, f"one with {listing([*map(repr, node)])} alone" if node else "an empty one", model)
    return _Told(found, None)


def _no_node(name: str, got: str, model: "ServedLinks") -> RefusalError:
    columns = f"the {len(model.reads)} columns that the model reads"
    if model.nodes is None:
        expected = f"{columns}, as this server holds no nodes that have ids (--nodes)"
    else:
        expected = f"{model.nodes.id_column!r}, the id of a node, or with {columns} of a new one"
    return RefusalError(UNREADABLE, f"{name}: expected an object with {expected}, got {got}; GET /model has an example")


def _counted(places: Sequence[int], names: Sequence[str]) -> str:
    """Which rows a message speaks of that counts the nodes with columns alone."""
    if all(names[place] == f"node {number}" for number, place in enumerate(places)):
        return ""
    if len(places) == 1:
        return f"; row 0 is the {names[places[0]]}"
    return f"; counted are the {len(places):,} nodes that come with columns, in their order"
