from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import Calibration, _graphs, graph_scorer
from gnn2mlp.deploy.graph_scorer import GraphScorer
from tests.deploy.graph_tables import ARRAYS, GRAPHS, model, write


def test_batches_may_be_cut_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    predictor, table = model(), pq.read_table(tmp_path / "graphs.parquet")
    scorer = GraphScorer(predictor, tmp_path / "nodes.parquet", keep=["source"], probabilities=True)
    with pytest.raises(ConfigError, match="call prepare"):
        scorer(table)
    scorer.prepare(tmp_path, [tmp_path / "graphs.parquet"])
    whole = scorer(table)
    assert whole.schema == scorer.output_schema(table.schema)
    assert whole.schema.names == ["source", "prediction", "confidence", "probability_no", "probability_yes"]
    assert whole["source"].to_pylist() == GRAPHS["source"]
    expected = predictor.predict_proba([(codes, features) for codes, features in ARRAYS])[:, 1]
    assert whole["probability_yes"].to_pylist() == pytest.approx(expected.tolist(), abs=1e-6)
    monkeypatch.setattr(graph_scorer, "CHUNK", 2)
    monkeypatch.setattr(_graphs, "CHUNK", 2)
    parts = [scorer(table.slice(number, 1)) for number in range(3)]
    for name in whole.schema.names[3:]:
        values = [value for part in parts for value in part[name].to_pylist()]
        assert values == pytest.approx(whole[name].to_pylist(), abs=1e-6)
        assert scorer(table)[name].to_pylist() == pytest.approx(values, abs=1e-6)


def test_columns_that_cannot_be_kept(tmp_path: Path) -> None:
    write(tmp_path)
    schema = pq.read_schema(tmp_path / "graphs.parquet")
    with pytest.raises(ConfigError, match=r"expected a column 'sources'.*did you mean 'source'"):
        GraphScorer(model(), tmp_path / "nodes.parquet", keep=["sources"]).output_schema(schema)
    with pytest.raises(ConfigError, match="errors: expected 'raise' or 'null'"):
        GraphScorer(model(), tmp_path / "nodes.parquet", errors="skip")  # type: ignore[arg-type]


def test_a_calibrated_model_tells_sets_and_foreign_graphs(tmp_path: Path) -> None:
    write(tmp_path)
    predictor = model().calibrated(Calibration(temperature=2.0, conformal={"0.9": 1.0}, outlier=0.0, rows=50))
    scorer = GraphScorer(predictor, tmp_path / "nodes.parquet", coverage=0.9, outliers=True)
    scorer.prepare(tmp_path, [tmp_path / "graphs.parquet"])
    found = scorer(pq.read_table(tmp_path / "graphs.parquet"))
    assert found["set"].to_pylist() == [["no", "yes"]] * 3  # whatever their probability
    outputs = predictor.outputs([(codes, features) for codes, features in ARRAYS])
    assert found["outlier"].to_pylist() == predictor.outliers(outputs).tolist()
    plain = GraphScorer(model(), tmp_path / "nodes.parquet", coverage=0.9)
    with pytest.raises(ConfigError, match="expected a calibrated predictor"):
        plain.output_schema(pq.read_schema(tmp_path / "graphs.parquet"))
