from pathlib import Path

import pytest

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline.graphs.opening import opened_graphs
from tests.graphs import SMALL
from tests.pipeline.graphs.test_seed import silent


def test_configuration_and_splits_lie_in_the_folder_before_training(tmp_path: Path) -> None:
    settings = {**SMALL, "task": {"name": "graph", "metric": "roc_auc"}}
    config = RunConfig(**settings, out=tmp_path / "run", cache=tmp_path / "cache").resolve()
    with opened_graphs(config, config.folder(), silent) as job:
        assert job.graphs.task.metric == "roc_auc"
        assert sorted(path.name for path in (tmp_path / "run").iterdir() if path.is_dir()) == ["splits"]
    other = RunConfig(**{**settings, "teacher": "gcn"}, out=tmp_path / "run", cache=tmp_path / "cache").resolve()
    with (
        pytest.raises(ConfigError, match="holds a run with another teacher"),
        opened_graphs(other, other.folder(), silent),
    ):
        pass
