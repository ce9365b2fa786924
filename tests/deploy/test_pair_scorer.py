"""Batches of pairs."""

from pathlib import Path

import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.deploy.pair_scorer import PairScorer, check_ends, pair_columns
from tests.deploy.linked import linked_model, nodes_of, pairs_of


@pytest.fixture
def nodes(tmp_path: Path) -> NodeTable:
    nodes_of(4, tmp_path / "nodes.parquet")
    return NodeTable(tmp_path / "nodes.parquet", "page")


def test_batches_may_be_cut_anywhere(nodes: NodeTable, tmp_path: Path) -> None:
    pairs_of([("p0", "p1"), ("p3", "p2"), ("p1", "p1")], tmp_path / "pairs.parquet")
    scorer = PairScorer(linked_model(), nodes, "from", "to")
    scorer.prepare(tmp_path, [tmp_path / "pairs.parquet"])
    batch = pa.record_batch({"from": ["p0", "p3", "p1"], "to": ["p1", "p2", "p1"]})
    whole = scorer(batch)["score"].to_pylist()
    assert whole == [score for row in range(3) for score in scorer(batch.slice(row, 1))["score"].to_pylist()]
    assert whole[2] > 0
    assert scorer(batch.slice(0, 0)).num_rows == 0
    with pytest.raises(DataError, match="no node has the id 'q'"):
        scorer(pa.record_batch({"from": ["q"], "to": ["p1"]}))


def test_a_gap_and_an_unknown_id_have_a_reason(nodes: NodeTable, tmp_path: Path) -> None:
    scorer = PairScorer(linked_model(), nodes, "from", "to", keep=(), errors="null")
    pairs_of([("p0", "q")], tmp_path / "pairs.parquet")
    scorer.prepare(tmp_path, [tmp_path / "pairs.parquet"])
    batch = pa.record_batch({"from": pa.array(["p0", None, "p1"]), "to": ["p1", "p2", "q7"]})
    found = scorer(batch)
    assert found.schema.names == ["score", "error"]
    assert found["score"].null_count == 2
    assert found["error"].to_pylist() == [None, "an id is missing", "no node has the id 'q7'"]


def test_what_a_scorer_cannot_do_is_said(nodes: NodeTable, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="errors: expected 'raise' or 'null'"):
        PairScorer(linked_model(), nodes, "from", "to", errors="drop")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="call prepare"):
        PairScorer(linked_model(), nodes, "from", "to")(pa.record_batch({"from": ["p0"], "to": ["p1"]}))
    named = pa.schema({"from": pa.string(), "to": pa.string(), "score": pa.float64()})
    with pytest.raises(ConfigError, match="names other than those of what is written, got 'score'"):
        PairScorer(linked_model(), nodes, "from", "to", keep=["score"]).output_schema(named)


def test_ends_are_found_by_what_they_are_called(nodes: NodeTable, tmp_path: Path) -> None:
    pairs_of([("p0", "p1")], tmp_path / "pairs.parquet")
    assert pair_columns(tmp_path / "pairs.parquet", None, None) == ("from", "to")
    assert pair_columns(tmp_path / "pairs.parquet", "to", "note") == ("to", "note")
    check_ends([tmp_path / "pairs.parquet"], ("from", "to"), nodes.ids)
    with pytest.raises(DataError, match="got 'p0-p1' in 1 of 1 rows"):
        check_ends([tmp_path / "pairs.parquet"], ("note", "to"), nodes.ids)
