from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy import OnnxGraphPredictor, score_graphs
from tests.deploy.graph_tables import ARRAYS, GRAPHS, NODES, model, write


def expected() -> list[Any]:
    return list(model().predict(ARRAYS).tolist())


def test_a_folder_is_answered_in_the_order_of_its_graphs(tmp_path: Path) -> None:
    done = score_graphs(model(), write(tmp_path / "set"), tmp_path / "out.parquet", keep=["source", "graph"])
    found = pq.read_table(tmp_path / "out.parquet")
    assert done.rows == 3
    assert found["graph"].to_pylist() == GRAPHS["graph"]
    assert found["prediction"].to_pylist() == expected()
    again = score_graphs(model(), tmp_path / "set", tmp_path / "out.parquet", keep=["source", "graph"])
    assert again.reused == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "set"]


def test_nodes_alone_say_which_graphs_there_are(tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    (folder / "graphs.parquet").unlink()
    score_graphs(model(), folder, tmp_path / "one.parquet")
    score_graphs(model(), folder / "nodes.parquet", tmp_path / "two.parquet")
    for name in ("one", "two"):
        found = pq.read_table(tmp_path / f"{name}.parquet")
        assert dict(zip(*(found[column].to_pylist() for column in ("graph", "prediction")), strict=True)) == dict(
            zip(GRAPHS["graph"], expected(), strict=True)
        )
        assert found["graph"].to_pylist() == ["m2", "m1", "m3"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.parquet", "set", "two.parquet"]


def test_a_graph_that_cannot_be_read_has_no_answer_and_the_reason(tmp_path: Path) -> None:
    folder = write(tmp_path / "set", graphs={"graph": ["m1", "m9"]})
    with pytest.raises(DataError, match=r"'m9' \(it has no node\)"):
        score_graphs(model(), folder, tmp_path / "out.parquet")
    done = score_graphs(model(), folder, tmp_path / "out.parquet", errors="null")
    found = pq.read_table(tmp_path / "out.parquet")
    assert done.failed == 1
    assert found["error"].to_pylist() == [None, "it has no node"]
    assert found["prediction"].to_pylist() == [expected()[1], None]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table, dict])
def test_tables_in_memory_are_answered_in_their_library(library: Any) -> None:
    found = model().predict_table({"nodes": library(NODES), "graphs": library(GRAPHS)}, probabilities=True)
    assert isinstance(found, pa.Table if library in (dict, pa.table) else library)
    assert list(found["graph"]) == GRAPHS["graph"] or found["graph"].to_pylist() == GRAPHS["graph"]
    np.testing.assert_allclose(np.array(found["probability_yes"]), model().predict_proba(ARRAYS)[:, 1], atol=1e-6)
    alone = model().predict_table(library(NODES))
    assert np.array(alone["prediction"]).tolist() == [expected()[number] for number in (2, 1, 0)]


def test_onnx_answers_a_folder_as_torch_does(tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    onnx = OnnxGraphPredictor.load(model().to_onnx(tmp_path / "one.onnx"))
    assert onnx.predict_table(folder).column_names == ["graph", "prediction", "confidence"]
    found, other = (each.predict_table(folder, probabilities=True) for each in (onnx, model()))
    assert found["prediction"].to_pylist() == other["prediction"].to_pylist()
    np.testing.assert_allclose(found["probability_yes"].to_numpy(), other["probability_yes"].to_numpy(), atol=1e-6)


def test_what_is_no_set_of_graphs_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"expected a folder with nodes\.parquet, and graphs\.parquet .* with nothing"
    ):
        score_graphs(model(), tmp_path, tmp_path / "out.parquet")
    with pytest.raises(DataError, match="missing 'mass'"):
        model().predict_table({name: values for name, values in NODES.items() if name != "mass"})
    with pytest.raises(DataError, match=r"graph.* got 'm1' \(rows 0 and 1\) more than once"):
        model().predict_table({"nodes": NODES, "graphs": {"graph": ["m1", "m1"]}})
    with pytest.raises(DataError, match="expected nodes, got an empty table"):
        model().predict_table(pa.table(NODES).slice(0, 0))
