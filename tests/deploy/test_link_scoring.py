"""Links of tables: pairs, and the best candidates."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.link_scoring import id_of, score_pairs, score_top
from tests.deploy.linked import expected_scores, linked_model, nodes_of, pairs_of

PAIRS = [("p1", "p2"), ("p8", "p0"), ("p3", "p3"), ("p2", "p1"), ("p9", "p4"), ("p0", "p5"), ("p7", "p6")]


@pytest.fixture
def vectors(tmp_path: Path) -> np.ndarray:
    pairs_of(PAIRS, tmp_path / "pairs.parquet")
    return nodes_of(10, tmp_path / "nodes.parquet")


def _score(folder: Path, model: Any = None, **options: Any) -> Any:
    given = {"id_column": "page", **options}
    paths = (folder / "pairs.parquet", given.pop("nodes", folder / "nodes.parquet"), folder / "out.parquet")
    return score_pairs(model or linked_model(), *paths, **given)


def _top(folder: Path, k: int, **options: Any) -> Any:
    paths = (folder / "nodes.parquet", folder / "out.parquet")
    return score_top(linked_model(), *paths, k, **{"id_column": "page", **options})


def test_every_pair_has_its_score_in_order(vectors: np.ndarray, tmp_path: Path) -> None:
    done = _score(tmp_path, part_rows=3)
    found = pq.read_table(done.out)
    assert (done.rows, done.failed, done.reused) == (7, 0, 0)
    assert found.column_names == ["from", "to", "score"]
    expected = [expected_scores(vectors)[int(one[1:]), int(other[1:])] for one, other in PAIRS]
    np.testing.assert_allclose(found["score"].to_numpy(), expected, rtol=1e-5)
    assert found["from"].to_pylist() == [one for one, _ in PAIRS]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nodes.parquet", "out.parquet", "pairs.parquet"]
    assert _score(tmp_path, part_rows=3).reused == 7


def test_what_was_interrupted_goes_on_and_embeds_no_node_again(vectors: np.ndarray, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop(done: int, total: int, note: str = "") -> None:
        if not note and done > 3:
            raise StopError

    with pytest.raises(StopError):
        _score(tmp_path, part_rows=3, progress=stop)
    model = linked_model()
    done = _score(tmp_path, model, part_rows=3)
    assert done.reused == 3
    assert model.embedded == 0
    assert pq.read_table(done.out).num_rows == 7


def test_other_nodes_begin_anew(vectors: np.ndarray, tmp_path: Path) -> None:
    first = pq.read_table(_score(tmp_path).out)["score"].to_pylist()
    table = pq.read_table(tmp_path / "nodes.parquet")
    pq.write_table(table.set_column(1, "age", pa.array(np.ones(10, np.float32))), tmp_path / "nodes.parquet")
    with pytest.raises(ConfigError, match="replace it with --overwrite"):
        _score(tmp_path)
    assert pq.read_table(_score(tmp_path, overwrite=True).out)["score"].to_pylist() != first


def test_nodes_of_a_csv_file_and_numbers_as_ids(vectors: np.ndarray, tmp_path: Path) -> None:
    table = pq.read_table(tmp_path / "nodes.parquet")
    csv.write_csv(table.set_column(0, "page", pa.array(range(10))), tmp_path / "nodes.csv")
    pairs = {end: [int(pair[place][1:]) for pair in PAIRS] for place, end in enumerate(("from", "to"))}
    pq.write_table(pa.table(pairs), tmp_path / "pairs.parquet")
    found = pq.read_table(_score(tmp_path, nodes=tmp_path / "nodes.csv", keep=["to"]).out)
    assert found.column_names == ["to", "score"]
    assert found["to"].type == pa.int64()
    assert found["score"].to_pylist()[2] == pytest.approx(float(expected_scores(vectors)[3, 3]))


def test_ids_that_are_no_nodes_are_named_before_anything_is_scored(vectors: np.ndarray, tmp_path: Path) -> None:
    pairs_of([*PAIRS, ("p1", "q7"), ("q8", "q9")], tmp_path / "pairs.parquet")
    model = linked_model()
    with pytest.raises(DataError, match=r"got 'q8', 'q7', 'q9' in 2 of 9 rows.*--errors null"):
        _score(tmp_path, model)
    assert model.embedded == 0
    assert not (tmp_path / "out.parquet").exists()
    done = _score(tmp_path, errors="null")
    found = pq.read_table(done.out)
    assert done.failed == 2
    assert found["score"].null_count == 2
    assert found["error"].to_pylist()[6:] == [None, "no node has the id 'q7'", "no node has the id 'q9'"]


def test_a_node_that_cannot_be_read_leaves_its_pairs_without_a_score(tmp_path: Path) -> None:
    nodes_of(10, tmp_path / "nodes.parquet", bad=9)
    pairs_of(PAIRS, tmp_path / "pairs.parquet")
    with pytest.raises(DataError, match=r"nodes.parquet, rows 0 to 9: .*NaN or infinity"):
        _score(tmp_path)
    found = pq.read_table(_score(tmp_path, errors="null", overwrite=True).out)
    assert found["error"].to_pylist()[4].startswith("node 'p9': a feature is missing")
    assert found["score"].null_count == 1


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"id_column": "pagge"}, "--id: the nodes have no column 'pagge'.*did you mean 'page'"),
        ({"source": "from", "target": "till"}, "--target: the pairs have no column 'till'"),
        ({"source": "from"}, "expected both columns of the pairs, or neither"),
        ({"source": "from", "target": "from"}, "expected two columns of the pairs, got 'from' for both ends"),
        ({"keep": ["nothing"]}, "--keep: the pairs have no column 'nothing'"),
        ({"source": "note", "target": "to"}, "expected ids of the nodes, got 'p1-p2'"),
    ],
)
def test_what_cannot_be_is_one_sentence(vectors: np.ndarray, tmp_path: Path, change: Any, match: str) -> None:
    with pytest.raises((ConfigError, DataError), match=match):
        _score(tmp_path, **change)
    assert not (tmp_path / "out.parquet").exists()


def test_no_pairs_and_ids_of_another_type_are_refused(vectors: np.ndarray, tmp_path: Path) -> None:
    pairs_of([], tmp_path / "pairs.parquet")
    with pytest.raises(DataError, match="pairs: expected rows, got an empty table"):
        _score(tmp_path)
    pq.write_table(pa.table({"from": [1, 2], "to": [2, 1]}), tmp_path / "pairs.parquet")
    with pytest.raises(DataError, match=r"expected text, as column .* has \('p0'\), got whole numbers"):
        _score(tmp_path, overwrite=True)
    (tmp_path / "nodes.csv").write_text("page,age,likes\np0,1,2\np1,3,4\n")
    with pytest.raises(DataError, match=r"nodes: expected int64 in column 'page' of .*nodes.csv, .*, got 'p0'; write"):
        _score(tmp_path, overwrite=True, nodes=tmp_path / "nodes.csv")
    (tmp_path / "pairs.parquet").unlink()
    with pytest.raises(ConfigError, match=r"^pairs: expected a Parquet file"):
        _score(tmp_path)


def test_the_best_candidates_are_those_of_all_pairs(vectors: np.ndarray, tmp_path: Path) -> None:
    done = _top(tmp_path, 3)
    found = pq.read_table(done.out)
    assert done.rows == 10
    assert found.num_rows == 30
    assert found.column_names == ["page", "rank", "candidate", "score"]
    scores = expected_scores(vectors)
    np.fill_diagonal(scores, -np.inf)
    expected = np.argsort(-scores, axis=1)[:, :3]
    assert found["candidate"].to_pylist() == [f"p{row}" for row in expected.ravel()]
    np.testing.assert_allclose(found["score"].to_numpy(), np.take_along_axis(scores, expected, 1).ravel(), rtol=1e-5)
    assert found["rank"].to_pylist() == [1, 2, 3] * 10
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_asked_nodes_candidates_and_known_links(vectors: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("page,why\np1,a\np2,b\np4,c\n")
    (tmp_path / "links.csv").write_text("from,to\np4,p3\np9,p8\nq,p1\n")
    asked = {"asked": ["p4", "p3"], "candidates": tmp_path / "some.csv", "known": tmp_path / "links.csv"}
    found = pq.read_table(_top(tmp_path, 3, **asked).out).to_pydict()
    assert found["page"] == ["p4", "p4", "p3", "p3"]
    assert {*found["candidate"][:2]} == {"p1", "p2"} == {*found["candidate"][2:]}


def test_a_short_list_is_told_with_its_recall(vectors: np.ndarray, tmp_path: Path) -> None:
    exact = _top(tmp_path, 3)
    assert exact.recall is None
    rows = pq.read_table(exact.out).to_pydict()
    done = _top(tmp_path, 3, shortlist=10, overwrite=True)
    assert done.recall == (3, 10, 1.0, 1.0)
    assert pq.read_table(done.out).to_pydict() == rows


@pytest.mark.parametrize(
    ("k", "change", "match"),
    [
        (10, {}, "top: expected at most 9, as many as a node has candidates, got 10"),
        (0, {}, "top: expected at least 1, got 0"),
        (1, {"asked": ["p1", "q1"]}, r"expected ids of the nodes, got 'q1' in 1 of 2 rows"),
        (1, {"asked": []}, "asked: expected at least one id, got none"),
    ],
)
def test_top_says_what_cannot_be(vectors: np.ndarray, tmp_path: Path, k: int, change: Any, match: str) -> None:
    with pytest.raises((ConfigError, DataError), match=match):
        _top(tmp_path, k, **change)
    assert not (tmp_path / "out.parquet").exists()


def test_candidates_have_to_be_nodes_and_some(vectors: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("page\np1\nq2\n")
    with pytest.raises(DataError, match="candidates: expected ids of the nodes, got 'q2' that no row has"):
        _top(tmp_path, 1, candidates=tmp_path / "some.csv")
    (tmp_path / "some.csv").write_text("page\n")
    with pytest.raises(DataError, match="candidates: expected rows, got an empty table"):
        _top(tmp_path, 1, candidates=tmp_path / "some.csv")


def test_the_column_of_ids_is_named_where_the_model_does_not_know_it(tmp_path: Path) -> None:
    assert id_of(tmp_path, ["a"], "b") == "b"
    with pytest.raises(ConfigError, match="--id: expected the column of the nodes that holds their ids"):
        id_of(tmp_path, ["a", "b"], None)
