"""What Prometheus reads."""

import sys

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.serving.metrics import Metrics
from gnn2mlp.serving.model import ServedModel


def lines(metrics: Metrics) -> set[str]:
    return {line for line in metrics.text()[0].decode().splitlines() if not line.startswith("#")}


def test_all_that_happens_is_counted(model: ServedModel) -> None:
    metrics = Metrics(lambda: 7)
    metrics.model(model)
    metrics.answered("/predict", 200, 0.003)
    metrics.answered("/predict", 200, 0.3)
    metrics.answered("/predict", 422, 0.001)
    metrics.batch(5)
    metrics.predicted(
        [{"label": "bar", "outlier": True}, {"label": "bar"}, {"label": "unheard of"}, {"labels": ["zoo"]}]
    )
    metrics.reload("refused")
    metrics.taught("failed", 3)
    assert {
        'gnn2mlp_requests_total{code="200",path="/predict"} 2.0',
        'gnn2mlp_requests_total{code="422",path="/predict"} 1.0',
        'gnn2mlp_request_seconds_bucket{le="0.005",path="/predict"} 2.0',
        'gnn2mlp_batch_rows_bucket{le="8.0"} 1.0',
        'gnn2mlp_predicted_total{label="bar"} 2.0',
        'gnn2mlp_predicted_total{label="zoo"} 1.0',
        'gnn2mlp_predicted_total{label="shop"} 0.0',
        'gnn2mlp_predicted_total{label="other"} 1.0',
        "gnn2mlp_outliers_total 1.0",
        'gnn2mlp_reloads_total{outcome="refused"} 1.0',
        'gnn2mlp_teacher_rows_total{outcome="failed"} 3.0',
        f'gnn2mlp_model{{name="places",version="{model.version}"}} 1.0',
        "gnn2mlp_queue_requests 7.0",
    } <= lines(metrics)


def test_another_version_begins_to_count_anew(model: ServedModel) -> None:
    metrics = Metrics(lambda: 0)
    metrics.model(model)
    metrics.predicted([{"label": "bar"}])
    metrics.model(model)
    assert 'gnn2mlp_predicted_total{label="bar"} 0.0' in lines(metrics)


def test_its_library_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ConfigError, match=r"gnn2mlp\[serve\]"):
        Metrics(lambda: 0)
