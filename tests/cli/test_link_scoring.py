"""`gnn2mlp score` of models of links."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gnn2mlp.cli import main
from tests.deploy.linked import linked_model, nodes_of, pairs_of
from tests.deploy.scored import student_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    linked_model().save(tmp_path / "model")
    nodes_of(10, tmp_path / "nodes.parquet")
    pairs_of([("p1", "p2"), ("p3", "p9"), ("p3", "x")], tmp_path / "pairs.parquet")
    return tmp_path


def command(folder: Path, *more: str) -> list[str]:
    files = ["--id", "page", "--nodes", str(folder / "nodes.parquet"), "--out", str(folder / "out.parquet")]
    return ["score", str(folder / "model"), *files, *more]


def test_pairs_are_scored_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = command(folder, "--pairs", str(folder / "pairs.parquet"), "--errors", "null")
    assert main(given) == 0
    assert "3 pairs, 1 without a score" in capsys.readouterr().out
    assert pq.read_table(folder / "out.parquet").column_names == ["from", "to", "score", "error"]
    assert main(given) == 0
    assert "3 pairs, 3 of them scored before" in capsys.readouterr().out


def test_the_best_candidates_are_found_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(folder, "--top", "2", "--for", "p1,p4")) == 0
    assert "2 nodes" in capsys.readouterr().out
    found = pq.read_table(folder / "out.parquet").to_pydict()
    assert found["page"] == ["p1", "p1", "p4", "p4"]
    assert main(command(folder, "--top", "2", "--for", "p1,p4", "--shortlist", "10", "--overwrite")) == 0
    assert "100.0 % of the 2 best are on the short list, of 2 asked nodes" in capsys.readouterr().out
    (folder / "some.csv").write_text("page\np1\np4\n")
    again = command(folder, "--top", "2", "--for", str(folder / "some.csv"), "--overwrite")
    assert main(again) == 0
    assert pq.read_table(folder / "out.parquet").to_pydict() == found


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], "expected --pairs FILE, or --top K, of a model of links, got neither"),
        (["--pairs", "PAIRS", "--top", "3"], "got both"),
        (["--pairs", "PAIRS"], "expected ids of the nodes, got 'x' in 1 of 3 rows"),
        (["--pairs", "PAIRS", "--for", "p1"], "--for: it says nothing beside --pairs; leave it out"),
        (["--pairs", "PAIRS", "--shortlist", "9"], "--shortlist: it says nothing beside --pairs; leave it out"),
        (["--top", "2", "--shortlist", "0"], "shortlist: expected at least 1, got 0"),
        (["--pairs", "PAIRS", "--probabilities"], "--probabilities: it says nothing beside --pairs"),
        (["--pairs", "PAIRS", "--id", "pag"], "did you mean 'page'"),
        (["--pairs", "PAIRS", "--id", ""], "expected --id NAME, the column of the nodes that holds their ids"),
        (["--top", "10"], "top: expected at most 9, as many as a node has candidates, got 10"),
        (["--top", "2", "--for", "p77"], "asked nodes: expected ids of the nodes, got 'p77'"),
        (["--top", "2", "--for", " "], "--for: expected a file, or ids such as p17,p42, got ' '"),
        (["--top", "2", "--errors", "null"], "--errors: it says nothing beside --top"),
        (["--top", "2", "--keep", "page"], "--keep: it says nothing beside --top"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    given = [str(folder / "pairs.parquet") if one == "PAIRS" else one for one in more]
    assert main(command(folder, *given)) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not (folder / "out.parquet").exists()


def test_models_of_nodes_and_of_links_are_told_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    student_of(["a", "b"]).save(folder / "nodes")
    pairs = ["--pairs", str(folder / "pairs.parquet")]
    given = command(folder, *pairs)
    assert main(["score", str(folder / "nodes"), *given[2:]]) != 0
    assert "answers for nodes" in capsys.readouterr().err
    out = str(folder / "out.parquet")
    assert main(["score", str(folder / "model"), str(folder / "nodes.parquet"), out]) != 0
    assert "--pairs" in capsys.readouterr().err
    assert main(["score", str(folder / "model"), *pairs, "--out", out]) == 2
    assert "expected --nodes" in capsys.readouterr().err
    assert main(["score", str(folder / "model"), out]) == 2
    assert "expected IN and OUT" in capsys.readouterr().err
