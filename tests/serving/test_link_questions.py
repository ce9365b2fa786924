"""What a server of links is asked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.serving import link_questions
from gnn2mlp.serving.link_questions import pair_question, top_question
from gnn2mlp.serving.links import ServedLinks, load_links
from gnn2mlp.serving.refusal import RefusalError
from tests.serving.linked import NEW


def top(value: Any, model: ServedLinks, k: int | None = 3, most: int = 9) -> Any:
    return top_question(value, k, model, most)


def test_nodes_are_told_by_their_ids_or_their_columns_or_both(pages: ServedLinks) -> None:
    given = ["p3", {"page": "p4"}, NEW, {**NEW, "page": "p5"}, {**NEW, "page": "px"}, {**NEW, "page": None, "more": 1}]
    asked = top(given, pages)
    assert (asked.size, asked.k) == (6, 3)
    assert asked.asked.held.tolist() == [3, 4, -1, 5, -1, -1]
    assert asked.asked.new.tolist() == [-1, -1, 0, 1, 2, 3]
    assert asked.asked.columns.size == 4
    assert top("p3", pages, None).k == 10
    assert top([], pages).size == 0


def test_many_nodes_are_searched_for_in_turns(pages: ServedLinks, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = top(["p3", NEW, "p5", "p6", "p7"], pages)
    Z = np.arange(20, dtype=np.float32).reshape(5, 4)
    (whole,) = asked.searches(pages, Z)
    assert (whole.size, whole.k, whole.held.tolist()) == (5, 3, [3, -1, 5, 6, 7])
    assert (asked.alone, whole.alone) == (False, True)
    for scored, sizes in ((48, [2, 2, 1]), (5, [1] * 5)):  # of 24 candidates
        monkeypatch.setattr(link_questions, "_SCORED", scored)
        parts = asked.searches(pages, Z)
        assert [part.size for part in parts] == sizes
        assert np.concatenate([part.Z for part in parts]).tolist() == Z.tolist()
        assert [row for part in parts for row in part.held.tolist()] == whole.held.tolist()


def test_pairs_have_two_ends(pages: ServedLinks) -> None:
    asked = pair_question([{"source": "p1", "target": NEW}, {"target": {"page": "p2"}, "source": "p3"}], pages, 9)
    assert asked.size == 2
    assert asked.asked.held.tolist() == [1, -1, 3, 2]
    assert asked.asked.new.tolist() == [-1, 0, -1, -1]


@pytest.mark.parametrize(
    ("value", "k", "status", "message"),
    [
        ("p99", 3, 422, "node 0: expected the id of one of the 24 nodes of nodes.parquet, such as 'p0', got 'p99', "),
        (["p1", {"page": 7}], 3, 422, "node 1: expected as id a text"),
        (None, 3, 422, r"node 0: expected an object with 'page', the id of a node, or with the 2 columns .* got null"),
        ([["p1"]], 3, 422, "got a list"),
        (True, 3, 422, "got a truth value"),
        (1.5, 3, 422, "got a number"),
        ({}, 3, 422, "got an empty one"),
        ({"pag": "p1"}, 3, 422, "got one with 'pag' alone; GET /model"),
        ({"page": "p1", "likes": 3}, 3, 422, "row 0: expected the 2 columns that the model reads.*missing 'kind'"),
        (["p1", {"likes": 3}], 3, 422, "missing 'kind'.*; row 0 is the node 1"),
        (["p1", NEW, {"likes": 3}], 3, 422, "missing 'kind'.*; counted are the 2 nodes that come with columns"),
        ([NEW, {"likes": 3}], 3, 422, "^row 1: expected the 2 columns .* null stands for a value that is missing$"),
        ("p1", 0, 422, "expected k from 1 to 24, as many as there are candidates, got 0"),
        ("p1", -5, 422, "got -5"),
        ("p1", 25, 422, "got 25"),
        (["p1"] * 10, 3, 413, "expected at most 9 nodes in a request, got 10"),
    ],
)
def test_what_is_no_node_is_a_sentence(value: Any, k: int, status: int, message: str, pages: ServedLinks) -> None:
    with pytest.raises(RefusalError, match=message) as told:
        top(value, pages, k)
    assert told.value.status == status


def test_an_answer_has_a_bound(pages: ServedLinks) -> None:
    with pytest.raises(RefusalError, match="at most 10,000 candidates in an answer, .* got k=20 of 600") as told:
        top(["p1"] * 600, pages, 20, most=1000)
    assert told.value.status == 413


@pytest.mark.parametrize(
    ("value", "status", "message"),
    [
        (3, 422, "pair 0: expected an object with a node in 'source' and one in 'target', got a number"),
        ({"source": "p1", "targt": "p2"}, 422, "pair 0: .* got none in 'target'; did you mean 'targt'"),
        ([{"source": "p1", "target": "p99"}], 422, "target of pair 0: expected the id of one of the 24 nodes"),
        ([{"source": "p1", "target": None}], 422, "target of pair 0: expected an object with .* got null"),
        ([{"source": {"likes": 1}, "target": "p1"}], 422, "missing 'kind'.*; row 0 is the source of pair 0"),
        ([{"source": "p1", "target": "p2"}] * 3, 413, "expected at most 2 pairs in a request, got 3"),
    ],
)
def test_what_is_no_pair_is_a_sentence(value: Any, status: int, message: str, pages: ServedLinks) -> None:
    with pytest.raises(RefusalError, match=message) as told:
        pair_question(value, pages, 2)
    assert told.value.status == status


def test_a_number_that_no_network_takes_is_named(pages: ServedLinks) -> None:
    with pytest.raises((RefusalError, DataError), match="source of pair 0"):
        pair_question({"source": {**NEW, "likes": [float("inf")]}, "target": "p1"}, pages, 2)


def test_without_nodes_there_are_no_ids_and_no_candidates(tables: Path) -> None:
    alone = load_links(tables / "pages")
    with pytest.raises(RefusalError, match="this server holds no nodes that could be answered; start it with some"):
        top(NEW, alone)
    for end in ("p1", {"page": "p1"}):
        with pytest.raises(RefusalError, match=r"with the 2 columns that the model reads, as this server holds no"):
            pair_question({"source": end, "target": NEW}, alone, 2)
