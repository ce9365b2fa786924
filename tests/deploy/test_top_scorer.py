"""Batches of asked nodes."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy import link_search
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.deploy.top_scorer import TopScorer
from gnn2mlp.tables import read_edges
from tests.deploy.linked import expected_scores, linked_model, nodes_of, pairs_of


def test_the_best_do_not_depend_on_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes_of(20, tmp_path / "nodes.parquet")
    nodes = NodeTable(tmp_path / "nodes.parquet", "page")
    pairs_of([("p3", "p1")], tmp_path / "pairs.parquet")
    asked = pa.record_batch({"from": ["p3", "p3", "p0"]})

    def best() -> list[object]:
        scorer = TopScorer(linked_model(), nodes, "from", 5)
        scorer.prepare(tmp_path, [tmp_path / "pairs.parquet"])
        return list(scorer(asked).to_pydict().items())

    whole = best()
    monkeypatch.setattr(link_search, "BLOCK", 3)
    assert best() == whole


def test_a_node_with_fewer_candidates_has_fewer_lines(tmp_path: Path) -> None:
    nodes_of(4, tmp_path / "nodes.parquet")
    nodes = NodeTable(tmp_path / "nodes.parquet", "page")
    links = read_edges([("p0", "p1"), ("p2", "p0")], nodes.ids)
    scorer = TopScorer(linked_model(), nodes, "from", 3, known=links)
    pairs_of([("p0", "p1")], tmp_path / "pairs.parquet")
    scorer.prepare(tmp_path, [tmp_path / "pairs.parquet"])
    found = scorer(pa.record_batch({"from": ["p0", "p3"]})).to_pydict()
    assert found["from"] == ["p0", "p3", "p3", "p3"]
    assert found["rank"] == [1, 1, 2, 3]
    assert found["candidate"][0] == "p3"
    assert {*found["candidate"][1:]} == {"p0", "p1", "p2"}
    assert scorer(pa.record_batch({"from": pa.array([], pa.string())})).num_rows == 0


@pytest.mark.parametrize("shortlist", [None, 4])
@pytest.mark.parametrize("candidates", [None, np.arange(2, 28)])
def test_known_links_leave_their_places_to_the_next_best(
    tmp_path: Path, candidates: np.ndarray | None, shortlist: int | None
) -> None:
    score = expected_scores(nodes_of(30, tmp_path / "nodes.parquet"))[3]
    nodes = NodeTable(tmp_path / "nodes.parquet", "page")
    order = [row for row in np.argsort(-score) if row != 3 and (candidates is None or row in candidates)]
    links = read_edges([(f"p{order[0]}", "p3"), ("p3", f"p{order[0]}"), ("p3", f"p{order[2]}")], nodes.ids)
    pairs_of([("p3", "p1")], tmp_path / "pairs.parquet")
    scorer = TopScorer(linked_model(), nodes, "from", 3, candidates, links, shortlist)
    scorer.prepare(tmp_path, [tmp_path / "pairs.parquet"])
    found = scorer(pa.record_batch({"from": ["p3"]})).to_pydict()
    assert found["candidate"] == [f"p{row}" for row in (order[1], order[3], order[4])]


@pytest.mark.parametrize("candidates", [None, np.arange(5, 55)])
def test_a_short_list_of_all_is_exact_and_one_of_few_says_what_it_finds(
    tmp_path: Path, candidates: np.ndarray | None
) -> None:
    nodes_of(60, tmp_path / "nodes.parquet")
    nodes = NodeTable(tmp_path / "nodes.parquet", "page")
    pairs_of([(f"p{row}", "p1") for row in range(30)], tmp_path / "pairs.parquet")
    links = read_edges([("p0", "p6"), ("p7", "p0")], nodes.ids)
    asked = pa.record_batch({"from": ["p0", "p9"]})
    made = {size: TopScorer(linked_model(), nodes, "from", 2, candidates, links, size) for size in (None, 60, 1)}
    for scorer in made.values():
        scorer.prepare(tmp_path, [tmp_path / "pairs.parquet"])
    assert made[None].recall is None
    assert made[60](asked).to_pydict() == made[None](asked).to_pydict()
    assert made[60].recall == (2, 20, 1.0, 1.0)
    few = made[1].recall
    assert few is not None
    assert few.queries == 20
    assert 0.3 < few.mean <= 1.0, "the list holds ten for each that is wanted"
    assert len({scorer.identity for scorer in made.values()}) == 3


def test_whatever_decides_the_answers_is_in_the_identity(tmp_path: Path) -> None:
    """So that parts of other answers are not gone on with."""
    nodes_of(20, tmp_path / "nodes.parquet")
    nodes, model = NodeTable(tmp_path / "nodes.parquet", "page"), linked_model()
    links = [read_edges([("p0", "p1"), *more], nodes.ids) for more in ([], [("p2", "p1")])]
    given: list[dict[str, Any]] = [
        {"k": 2},
        {"k": 3},
        *({"k": 2, "candidates": np.arange(count)} for count in (5, 6)),
        *({"k": 2, "known": some} for some in links),
        {"k": 2, "candidates": np.arange(5), "known": links[0]},
        *({"k": 2, "shortlist": size} for size in (4, 5)),
    ]
    found = {TopScorer(model, nodes, "from", **one).identity for one in given}
    assert len(found) == len(given)
    assert TopScorer(model, nodes, "from", 2, known=links[1]).identity in found


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    nodes_of(4, tmp_path / "nodes.parquet")
    nodes = NodeTable(tmp_path / "nodes.parquet", "page")
    with pytest.raises(ConfigError, match="expected at most 3"):
        TopScorer(linked_model(), nodes, "page", 4)
    with pytest.raises(ConfigError, match="shortlist"):
        TopScorer(linked_model(), nodes, "page", 1, shortlist=0)
    with pytest.raises(DataError, match="candidates: expected at least one"):
        TopScorer(linked_model(), nodes, "page", 1, np.empty(0, np.int64))
    with pytest.raises(ConfigError, match="'rank' is the name of a column that is written"):
        TopScorer(linked_model(), nodes, "rank", 1).output_schema(pa.schema({"rank": pa.string()}))
    with pytest.raises(ConfigError, match="call prepare"):
        TopScorer(linked_model(), nodes, "page", 1)(pa.record_batch({"page": ["p1"]}))
