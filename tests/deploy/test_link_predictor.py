import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
import torch
from torch import nn

from gnn2mlp import LinkPredictor, NodeClassifier, Predictor
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import OnnxPredictor, verify, write_directory
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.nn.csr import CSR
from gnn2mlp.students import LinkStudent
from gnn2mlp.students.mlp import MLPStudent
from tests.cuda import on_each_device
from tests.deploy import test_predictor
from tests.deploy.links import DECODERS, FEATURES, WIDTH, X, by_hand, make

NAMES = list("abcdef")
PAIRS = [(0, 1), (3, 2), (7, 7), (0, 19)]


def reference(made: LinkPredictor, pairs: Any) -> np.ndarray:
    """Logits as the network gives them in training code."""
    with torch.no_grad():
        z = made.module(torch.from_numpy(X)).hidden
        u, v = torch.as_tensor(pairs).T
        return made.module.score(z[u], z[v]).numpy()


def test_by_hand() -> None:
    rows = np.array([[1.0, 0, 0, 0, 9, 9], [1.0, 2, 0, -5, 9, 9], [0, 0, 3.0, 0, 9, 9]])
    made = by_hand(rows)
    logits = made.score_pairs(rows, [(0, 1), (1, 1), (0, 2)], logits=True)
    np.testing.assert_allclose(logits, [1, 5, 0], rtol=1e-4)
    np.testing.assert_allclose(made.score_pairs(rows, [(0, 1)]), 1 / (1 + np.exp(-1)), rtol=1e-4)
    assert made.top(rows, 0, k=2).ids.tolist() == [1, 2]


@pytest.mark.parametrize("decoder", DECODERS)
def test_it_answers_as_the_network_does_and_pairs_have_no_direction(decoder: Any) -> None:
    made = make(decoder)
    found = made.score_pairs(X, PAIRS, logits=True)
    np.testing.assert_allclose(found, reference(made, PAIRS), atol=1e-6)
    turned = [(v, u) for u, v in PAIRS]
    assert np.array_equal(made.score_pairs(X, turned, logits=True), found)
    Z = made.embed(X)
    assert Z.shape == (20, WIDTH)
    assert Z.dtype == found.dtype == np.float32
    np.testing.assert_allclose(made.score(Z[[0, 3]], Z[[1, 2]], logits=True), found[:2], atol=1e-6)
    np.testing.assert_array_equal(made.score(Z[[0, 3]], Z[[1, 2]]), made.score(Z[[1, 2]], Z[[0, 3]]))


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x.tolist(),
        lambda x: pd.DataFrame(x, columns=NAMES)[NAMES[::-1]],
        lambda x: pl.DataFrame(x, schema=NAMES),
        lambda x: pa.table(dict(zip(NAMES, x.T, strict=True))),
        lambda x: dict(zip(NAMES, x.T, strict=True)),
        torch.from_numpy,
        sp.csr_matrix,
        lambda x: CSR.from_dense(torch.from_numpy(x)),
    ],
)
def test_every_form_of_a_table_gives_the_same(form: Any) -> None:
    made = make(names=NAMES)
    np.testing.assert_allclose(made.embed(form(X)), made.embed(X), atol=1e-6)
    np.testing.assert_allclose(made.score_pairs(form(X), PAIRS), made.score_pairs(X, PAIRS), atol=1e-6)
    assert made.top(form(X), 3, 5).ids.tolist() == made.top(X, 3, 5).ids.tolist()


def test_a_node_is_embedded_once_however_many_pairs_it_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    made, asked = make(), []
    answer = made.embedder._outputs
    monkeypatch.setattr(made.embedder, "_outputs", lambda X, name: (asked.append(len(X)), answer(X, name))[1])
    made.score_pairs(X, [(4, 9), (9, 4), (4, 11), (4, 4)])
    assert asked == [3]


def test_no_rows_and_no_pairs() -> None:
    made = make()
    assert made.embed(X[:0]).shape == (0, WIDTH)
    for none in ([], np.empty((0, 2), np.int64)):
        assert made.score_pairs(X, none).shape == (0,)
    assert made.score(np.empty((0, WIDTH), np.float32), np.empty((0, WIDTH), np.float32)).shape == (0,)


def test_one_embedding_against_many() -> None:
    made = make(DECODERS[1])
    Z = made.embed(X)
    expected = made.score(np.repeat(Z[3:4], 20, axis=0), Z)
    np.testing.assert_allclose(made.score(Z[3], Z), expected, rtol=1e-6)
    np.testing.assert_allclose(made.score(torch.from_numpy(Z), Z[3:4]), expected, rtol=1e-6)


def company() -> pd.DataFrame:
    """A table with ids and columns of several types."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "page": [f"p{number}" for number in range(12)],
            "likes": rng.integers(1, 99, 12),
            "kind": rng.choice(["shop", "school", "club"], 12),
        }
    )


@pytest.fixture
def of_tables() -> LinkPredictor:
    table = company().drop(columns="page")
    return make(DECODERS[1], columns=TableEncoder().fit(table))


def test_tables_with_ids(of_tables: LinkPredictor, tmp_path: Path) -> None:
    table = company()
    by_number = of_tables.score_pairs(table, [(0, 3), (11, 2)])
    assert of_tables.score_pairs(table, [("p0", "p3"), ("p11", "p2")], ids="page").tolist() == by_number.tolist()
    pairs = pd.DataFrame({"from": ["p0", "p11"], "to": ["p3", "p2"]})
    assert of_tables.score_pairs(table, pairs, ids=table["page"]).tolist() == by_number.tolist()
    of_tables.save(tmp_path, {"columns": {"page": "id"}})
    loaded = LinkPredictor.load(tmp_path)
    assert loaded.id_column == "page"
    for form in (table, pl.from_pandas(table), pa.Table.from_pandas(table), table.to_dict("list")):
        assert loaded.score_pairs(form, pairs).tolist() == by_number.tolist()
        found = loaded.top(form, "p4", 3, candidates=["p9", "p1", "p4"])
        assert set(found.ids.tolist()) == {"p9", "p1"}
    assert loaded.score_pairs(table.drop(columns="page"), [(0, 3), (11, 2)]).tolist() == by_number.tolist()
    assert "index.top(node, k=10)  # of an id" in (tmp_path / "README.md").read_text()


def test_a_row_that_cannot_be_read_is_named_by_its_id(of_tables: LinkPredictor) -> None:
    table = company().astype({"likes": float})
    table.loc[9, "likes"] = np.inf
    with pytest.raises(DataError, match=r"row 1\b.*; row 1 of those in pairs is the node 'p9'"):
        of_tables.score_pairs(table, [("p9", "p0")], ids="page")
    assert of_tables.score_pairs(table, [("p8", "p0")], ids="page").shape == (1,)


def test_a_column_of_ids_beside_features_is_no_feature() -> None:
    made = make(names=NAMES)
    table = pd.DataFrame(X, columns=NAMES).assign(number=np.arange(20) + 100)
    for form in (table, pl.from_pandas(table), pa.Table.from_pandas(table), table.to_dict("list")):
        found = made.top(form, 103, 2, ids="number")
        assert (found.ids - 100).tolist() == made.top(X, 3, 2).ids.tolist()


def test_it_is_saved_and_loaded_with_all_that_it_says(tmp_path: Path) -> None:
    made = make(DECODERS[1])
    rows = [
        {"metric": metric, "value": value, "population": population, "pairs": 120}
        for population, metric, value in (
            ("old-old", "auc", 0.91),
            ("old-old", "hits@20", 0.4),
            ("new-new", "auc", 0.7),
        )
    ]
    path = made.save(tmp_path / "model", {"name": "Friends", "metrics": rows})
    assert path.name == "student.safetensors"
    config = verify(tmp_path / "model")
    assert config["task"] == "link prediction"
    assert config["student"]["name"].endswith("LinkStudent")
    card = (tmp_path / "model" / "README.md").read_text()
    assert "| new-new | student | auc | 70.0 % | 120 |" in card
    assert "Links have no direction" in card
    assert "nodes as they" not in card
    assert "LinkPredictor.load" in card
    loaded = LinkPredictor.load(tmp_path / "model")
    assert loaded.score_pairs(X, PAIRS).tolist() == made.score_pairs(X, PAIRS).tolist()
    assert loaded.card == {"from": "test"}
    assert loaded.digest() == made.digest()
    assert loaded.about["metrics"] == rows
    write_directory(tmp_path / "again", loaded, {"license": "apache-2.0"}, {"scores.json": b"[]"})
    assert verify(tmp_path / "again")["metrics"] == rows


def test_the_file_alone(tmp_path: Path) -> None:
    made = make()
    made.save_file(tmp_path / "student.safetensors")
    assert LinkPredictor.load(tmp_path).score_pairs(X, PAIRS).tolist() == made.score_pairs(X, PAIRS).tolist()


def test_inputs_are_fitted_and_saved(tmp_path: Path) -> None:
    student = LinkStudent({"name": "mlp", "hidden": 8}, "dot", width=WIDTH)
    inputs = Standardise()
    inputs.fit(torch.from_numpy(X) * 9) if hasattr(inputs, "fit") else None
    made = LinkPredictor(student, student.network(FEATURES, 1), FEATURES, inputs=inputs)
    made.save(tmp_path)
    assert LinkPredictor.load(tmp_path).inputs.name == "standardise"


def test_a_pickle_and_a_copy_elsewhere_answer_the_same() -> None:
    made = make(DECODERS[1])
    for other in (pickle.loads(pickle.dumps(made)), made.to("cpu")):
        assert other.score_pairs(X, PAIRS).tolist() == made.score_pairs(X, PAIRS).tolist()


@on_each_device
def test_on_each_device(device: str) -> None:
    made = make(DECODERS[1])
    there = made.to(device)
    np.testing.assert_allclose(there.score_pairs(X, PAIRS), made.score_pairs(X, PAIRS), atol=1e-5)
    assert there.top(X, 3, 3).ids.tolist() == made.top(X, 3, 3).ids.tolist()


def test_in_double_precision(tmp_path: Path) -> None:
    made = make(DECODERS[1])
    made.module.double()
    made.save(tmp_path)
    loaded = LinkPredictor.load(tmp_path)
    assert loaded.score_pairs(X, PAIRS).dtype == loaded.embed(X).dtype == np.float64
    assert loaded.top(X, 3, 3).scores.dtype == np.float64


def test_a_network_of_nodes_is_refused() -> None:
    student = MLPStudent(hidden=8)
    with pytest.raises(ConfigError, match="expected a network that embeds nodes and scores pairs.*Predictor"):
        LinkPredictor(student, student.network(FEATURES, 3), FEATURES)  # type: ignore[arg-type]


def test_a_model_of_links_is_none_of_nodes_and_the_other_way_round(tmp_path: Path) -> None:
    make().save(tmp_path / "links")
    test_predictor.make().save(tmp_path / "nodes")
    for load in (Predictor.load, NodeClassifier.load, OnnxPredictor.load):
        with pytest.raises(ArtefactError, match=r"answers? for nodes.*got one of links.*LinkPredictor\.load"):
            load(tmp_path / "links")
    with pytest.raises(ArtefactError, match=r"expected a model of links .*answers for nodes: load it with Predictor"):
        LinkPredictor.load(tmp_path / "nodes")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda made: made.score_pairs(X, [(0, 20)]),
            r"score_pairs: expected row numbers from 0 to 19, got 20 in pair 0",
        ),
        (lambda made: made.score_pairs(X, [(0, 1), (-1, 2)]), "got -1 in pair 1"),
        (lambda made: made.score_pairs(X, [[0, 1, 2]]), r"expected pairs of shape \(pairs, 2\), got \(1, 3\)"),
        (lambda made: made.score_pairs(X, np.zeros((2, 5), int)), r"transpose them: pairs\.T"),
        (lambda made: made.score_pairs(X, [(0.5, 1)]), "expected row numbers, whole numbers from 0, got float64"),
        (lambda made: made.score_pairs(X, [("a", "b")]), "name nodes by their own ids with ids="),
        (
            lambda made: made.score_pairs(X, [("a", "b")], ids="abcdefghijklmnopqrst"),
            "expected ids of the rows, or the",
        ),
        (lambda made: made.score_pairs(X, [("a", "z")], ids=list("abcdefghijklmnopqrst")), "got 'z' in pair 0"),
        (lambda made: made.score_pairs(X, [(0, 1)], ids=["a"]), r"ids: expected one for each of 20 rows, got \(1,\)"),
        (lambda made: made.score_pairs(X[:, :5], [(0, 1)]), "score_pairs: expected 6 features per row.* got 5"),
        (lambda made: made.embed(X[:, :5]), "embed: expected 6 features per row"),
        (lambda made: made.embed(np.full_like(X, np.nan)), "embed: features must be finite"),
        (
            lambda made: made.score_pairs(np.where(np.arange(20)[:, None] == 15, np.nan, X), [(7, 15)]),
            r"\(first: row 1\); impute or drop them; counted are the 2 rows that are in pairs, in their order",
        ),
        (lambda made: made.top(X[:0], 0), "expected row numbers of a table with rows, got 0"),
        (lambda made: made.score(X, X), r"score, Zu: expected embeddings of shape \(pairs, 4\), .* got \(20, 6\)"),
        (lambda made: made.score(X[:2, :4], X[:3, :4]), "as many embeddings of one end as of the other.* got 2 and 3"),
        (lambda made: made.top(X, 20), "top, node: expected row numbers from 0 to 19, got 20"),
        (lambda made: made.top(X, 0, candidates=[]), "expected at least one candidate beside the node, got none"),
        (lambda made: made.top(X, 0, candidates=[0]), "got the node itself alone"),
        (lambda made: made.top(X, 0, candidates=[3, 99]), "top, candidates: expected row numbers .* got 99 in entry 1"),
        (lambda made: made.top(X, X[0]), r"top, node: expected one row number, got an array of shape \(6,\)"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(ask: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        ask(make())


def test_no_k_below_one() -> None:
    with pytest.raises(ConfigError, match="k"):
        make().top(X, 0, k=0)


def test_any_network_with_an_embedder_and_a_decoder() -> None:
    class Apart(nn.Module):
        def forward(self, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            return -(u - v).square().sum(-1)

    made = make()
    made.module.decode = Apart()
    nearest = np.square(made.embed(X) - made.embed(X)[5]).sum(1).argsort()[1:4]
    assert made.top(X, 5, 3).ids.tolist() == nearest.tolist()


def test_a_fresh_process_predicts_without_graph_libraries(tmp_path: Path) -> None:
    make().save(tmp_path)
    program = f"""
import json, sys
from gnn2mlp import LinkPredictor
found = LinkPredictor.load({str(tmp_path)!r}).score_pairs({X[:3].tolist()!r}, [(0, 2)])
print(json.dumps([found.tolist(), sorted(sys.modules)]))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found, modules = json.loads(done.stdout)
    np.testing.assert_allclose(found, make().score_pairs(X[:3], [(0, 2)]), rtol=1e-5)
    assert not {"torch_geometric", "ogb", "gnn2mlp.data", "gnn2mlp.teachers", "sklearn"} & set(modules)
