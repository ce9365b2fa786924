"""Models of links as a server loads them."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.serving import NodeFiles
from gnn2mlp.serving.link_questions import pair_question, top_question
from gnn2mlp.serving.links import ServedLinks, load_links
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.tasks.answers import sigmoid
from tests.deploy import links
from tests.serving import linked, served
from tests.serving.linked import NEW, NODES, searched


def test_it_answers_as_the_predictor_does(pages: ServedLinks, tables: Path) -> None:
    predictor = LinkPredictor.load(tables / "pages")
    pairs = [{"source": "p1", "target": "p4"}, {"source": {"page": "p2"}, "target": NEW}]
    top, (scores,) = searched(pages, ["p3", NEW], 5), pages.judge([pair_question(pairs, pages, 9)])
    expected = predictor.top(NODES, "p3", 5)
    assert pages.nodes is not None
    assert pages.nodes.named(top[0].rows) == expected.ids.tolist()
    new = predictor.index(NODES).top_for(NEW, 5)
    assert pages.nodes.named(top[1].rows) == new.ids.tolist()
    p2, other = predictor.embed(NODES[2:3]), predictor.embed(NEW)
    assert served.close(scores, [*predictor.score_pairs(NODES, [("p1", "p4")]), *predictor.score(p2, other)])


def test_new_nodes_among_known_ones_keep_their_own_columns(pages: ServedLinks, tables: Path) -> None:
    predictor = LinkPredictor.load(tables / "pages")
    others = [{**NEW, "likes": likes} for likes in (-80.0, 10.0, 90.0)]
    rows = [*predictor.embed(NODES[:2]), *(predictor.embed(one)[0] for one in others)]
    pairs = [{"source": others[0], "target": "p1"}, {"source": others[2], "target": others[1]}]
    found = searched(pages, ["p0", others[2], "p1", *others[:2]], 1)
    (scores,) = pages.judge([pair_question(pairs, pages, 9)])
    assert pages.nodes is not None
    expected = [predictor.score(rows[place], pages.nodes.vectors).max() for place in (4, 2, 3)]
    assert served.close(sigmoid(np.array([found[place].logits[0] for place in (1, 3, 4)])), expected)
    assert served.close(scores, [predictor.score(rows[u], rows[v])[0] for u, v in ((2, 1), (4, 3))])


@pytest.mark.parametrize("onnx", [True, False])
def test_a_directory_without_onnx_is_exported(tmp_path: Path, onnx: bool, pages: ServedLinks) -> None:
    found = load_links(linked.saved(tmp_path, onnx), "other", 1, linked.files(tmp_path))
    assert (found.name, found.config["name"], found.labels) == ("other", "Pages", ())
    assert found.nodes is not None
    assert pages.nodes is not None
    np.testing.assert_allclose(found.nodes.vectors, pages.nodes.vectors, atol=1e-6)
    assert (found.version == pages.version) is onnx  # the other manifest has no files for ONNX Runtime


def test_what_cannot_be_read_spoils_no_other(pages: ServedLinks) -> None:
    spoilt = {**NEW, "likes": "many"}
    questions = [
        pair_question({"source": "p1", "target": NEW}, pages, 9),
        pair_question([{"source": "p1", "target": "p2"}, {"source": "p1", "target": spoilt}], pages, 9),
        top_question([NEW, spoilt], 1, pages, 9),
        top_question("p2", 1, pages, 9),
    ]
    found = pages.judge(questions)
    assert [isinstance(one, DataError) for one in found] == [False, True, True, False]
    assert str(found[1]).endswith("; row 0 is the target of pair 1")
    assert "row 1" in str(found[2])
    assert served.close(found[0], pages.judge(questions[:1])[0])


def test_without_nodes_pairs_come_with_their_columns(tables: Path) -> None:
    alone = load_links(tables / "pages")
    assert (alone.nodes, alone.example) == (None, {"source": alone.new_node, "target": alone.new_node})
    (found,) = alone.judge([pair_question({"source": NEW, "target": NEW}, alone, 1)])
    assert found.shape == (1,)


def test_another_table_is_another_edition(tmp_path: Path) -> None:
    before = linked.loaded(tmp_path)
    assert load_links(tmp_path / "pages", files=NodeFiles(tmp_path / "nodes.parquet")).edition == before.edition
    after = load_links(tmp_path / "pages", files=linked.files(tmp_path, linked.table(30)))
    assert (after.version, after.edition == before.edition) == (before.version, False)


def test_what_cannot_be_served_is_refused(tables: Path, folder: Path, tmp_path: Path) -> None:
    files = NodeFiles(tables / "nodes.parquet")
    with pytest.raises(ArtefactError, match="expected a model of links"):
        load_links(folder, files=files)
    shutil.copytree(tables / "pages", tmp_path / "broken")
    (tmp_path / "broken" / "decoder.onnx").write_bytes(b"x")
    with pytest.raises(ArtefactError, match=r"decoder\.onnx"):
        load_links(tmp_path / "broken")
    linked.model().save(tmp_path / "unnamed")
    with pytest.raises(ConfigError, match="expected the column of the nodes that holds their ids, .*: --id"):
        load_links(tmp_path / "unnamed", files=files)


def test_serving_loads_no_torch(tables: Path) -> None:
    code = (
        "import sys; from gnn2mlp.serving import NodeFiles, create_app, Settings;"
        "create_app(sys.argv[1], Settings(nodes=NodeFiles(sys.argv[2], shortlist=5)));"
        "print(*{name.split('.')[0] for name in sys.modules} & {'torch', 'torch_geometric', 'sklearn'})"
    )
    command = [sys.executable, "-c", code, str(tables / "pages"), str(tables / "nodes.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_columns_without_names_are_lists_of_features(tmp_path: Path) -> None:
    predictor = links.make()
    predictor.save(tmp_path / "model")
    pd.DataFrame({"node": range(20), "features": links.X.tolist()}).to_parquet(tmp_path / "nodes.parquet")
    found = load_links(tmp_path / "model", files=NodeFiles(tmp_path / "nodes.parquet", "node"))
    assert (found.reads, found.known_node) == (("features",), {"node": 0})
    asked = [7, {"features": links.X[7].tolist()}, {"node": 7, "features": links.X[7].tolist()}]
    one, new, same = searched(found, asked, 20)
    assert one.rows.tolist() == same.rows.tolist() == predictor.top(links.X, 7, 20).ids.tolist()
    assert new.rows.tolist() == predictor.index(links.X).top_for(links.X[7:8], 20).ids.tolist()
    with pytest.raises(
        RefusalError, match="expected a list of 6 numbers in 'features'.*; row 0 is the target of pair 0"
    ):
        pair_question({"source": 7, "target": {"features": [1, 2]}}, found, 9)
