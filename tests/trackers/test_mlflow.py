"""MLflow reads back what training said."""

from pathlib import Path

import pytest

from gnn2mlp.core.listeners import EpochEnd
from gnn2mlp.trackers import MLflow

pytest.importorskip("mlflow")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return (tmp_path / "mlruns").as_uri()


def test_stages_are_runs_of_one_experiment(store: str) -> None:
    from mlflow.tracking import MlflowClient

    for seed in (0, 1):  # a second listener goes on in the same experiment
        tracker, stage = MLflow("cora", store, {"dataset": "cpf-cora"}), f"seed-{seed:03d}/student"
        tracker.on_fit_start(stage, 2)
        for epoch, loss in ((1, 0.5), (2, 0.25)):
            tracker.on_epoch_end(EpochEnd(stage, epoch, 2, {"loss": loss, "valid": 0.75}))
        tracker.on_fit_end(stage, {"best_epoch": 2, "seconds": 1.5})
    client = MlflowClient(store)
    runs = client.search_runs([client.get_experiment_by_name("cora").experiment_id])
    assert sorted(run.info.run_name for run in runs) == ["seed-000/student", "seed-001/student"]
    for run in runs:
        assert run.info.status == "FINISHED"
        assert run.data.tags["dataset"] == "cpf-cora"
        assert run.data.params == {"epochs": "2"}
        assert run.data.metrics == {"loss": 0.25, "valid": 0.75, "best_epoch": 2, "seconds": 1.5}
        history = client.get_metric_history(run.info.run_id, "loss")
        assert [(point.step, point.value) for point in history] == [(1, 0.5), (2, 0.25)]
