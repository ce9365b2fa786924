"""Curves of training for MLflow."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.listeners import EpochEnd, Listener


class MLflow(Listener):
    """Logs the metrics of every epoch to an MLflow server or store; each stage is a run of the experiment.

    Args:
        experiment: its name; made if absent.
        tracking_uri: of the server or store; default: what MLflow is set to (`MLFLOW_TRACKING_URI`).
        tags: of every run.

    Raises:
        ConfigError: if MLflow is not installed (the extra `mlflow`).
    """

    def __init__(
        self, experiment: str = "gnn2mlp", tracking_uri: str | None = None, tags: Mapping[str, str] | None = None
    ):
        try:
            from mlflow.tracking import MlflowClient
        except ImportError as error:
            raise ConfigError("MLflow is not installed: pip install 'gnn2mlp[mlflow]'") from error
        self._client: Any = MlflowClient(tracking_uri=tracking_uri)
        known = self._client.get_experiment_by_name(experiment)
        self._experiment = known.experiment_id if known is not None else self._client.create_experiment(experiment)
        self._tags = dict(tags or {})
        self._runs: dict[str, str] = {}

    def on_fit_start(self, stage: str, epochs: int) -> None:
        """Open a run that is called like the stage."""
        run = self._client.create_run(self._experiment, run_name=stage, tags=self._tags)
        self._runs[stage] = run.info.run_id
        self._client.log_param(run.info.run_id, "epochs", epochs)

    def on_epoch_end(self, end: EpochEnd) -> None:
        """Log the epoch's numbers."""
        for name, value in end.metrics.items():
            self._client.log_metric(self._runs[end.stage], name, value, step=end.epoch)

    def on_fit_end(self, stage: str, history: Mapping[str, Any]) -> None:
        """Log the kept epoch and the seconds, and close the run."""
        run = self._runs.pop(stage)
        for name in ("best_epoch", "seconds"):
            self._client.log_metric(run, name, history[name])
        self._client.set_terminated(run)
