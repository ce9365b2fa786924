from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy.unit import check_unit, unit_at
from gnn2mlp.serving.model import load_model
from tests.deploy import links, test_predictor

OF_LINKS, OF_NODES = {"answers": {"kind": "embeddings", "width": 4}}, {"answers": {"kind": "classes"}}


def test_a_model_is_taken_for_what_it_is() -> None:
    check_unit(OF_LINKS, Path("model"), "pair")
    check_unit(OF_NODES, Path("model"), "node")
    check_unit({"classes": ["a"]}, Path("model"), "node")  # as the first releases wrote cards
    with pytest.raises(ArtefactError, match=r"nodes in model, got one of links.*LinkPredictor\.load"):
        check_unit(OF_LINKS, Path("model"), "node")
    with pytest.raises(ArtefactError, match=r"links in model, got one that answers for nodes.*Predictor\.load"):
        check_unit({"classes": ["a"]}, Path("model"), "pair")


@pytest.mark.parametrize("verb", ["score", "monitor"])
def test_verbs_of_nodes_refuse_a_model_of_links(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    links.make().save(tmp_path / "model")
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    out = [str(tmp_path / "out.parquet")] if verb == "score" else []
    assert main([verb, str(tmp_path / "model"), str(tmp_path / "rows.csv"), *out]) == 2
    said = capsys.readouterr().err
    assert "got one of links, which answers for pairs of them" in said
    assert "gnn2mlp score MODEL --pairs FILE" in said


def test_a_server_of_nodes_refuses_a_model_of_links(tmp_path: Path) -> None:
    links.make().save(tmp_path)
    with pytest.raises(ArtefactError, match="got one of links"):
        load_model(tmp_path)


def test_a_file_says_which_it_is(tmp_path: Path) -> None:
    links.make().save(tmp_path / "links")
    test_predictor.make().save(tmp_path / "nodes")
    assert unit_at(tmp_path / "links") == "pair"
    assert unit_at(tmp_path / "nodes") == "node"


def test_check_knows_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    links.make().save(tmp_path / "links", {"name": "Friends"})
    test_predictor.make().save(tmp_path / "nodes")
    assert not main(["check", str(tmp_path / "links")])
    assert capsys.readouterr().out.startswith("Friends: link prediction, written by gnn2mlp")
    assert not main(["check", str(tmp_path / "nodes")])
    assert "node classification" in capsys.readouterr().out
