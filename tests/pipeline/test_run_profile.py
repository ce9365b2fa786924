from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gnn2mlp import RunConfig, run
from gnn2mlp.data import load_dataset
from gnn2mlp.deploy.monitoring import Profile
from gnn2mlp.deploy.monitoring.watching import monitor_table
from gnn2mlp.nn.csr import CSR


def test_a_run_writes_one_and_its_own_nodes_have_not_drifted(settings: dict[str, Any], tmp_path: Path) -> None:
    config = RunConfig(**{**settings, "out": tmp_path / "run"})
    run(config)
    profile = Profile.load(tmp_path / "run" / "student")
    assert profile.answers is not None
    assert profile.basis.startswith("nodes ")
    resolved = config.resolve()
    graph = load_dataset(resolved.dataset, resolved.data_root, resolved.cache)
    features = graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features
    names = [column.name for column in profile.columns]
    table = (
        {"features": features.tolist()} if names == ["features"] else dict(zip(names, features.T.numpy(), strict=True))
    )
    pq.write_table(pa.table(table), tmp_path / "nodes.parquet")
    found = monitor_table(tmp_path / "run" / "student", tmp_path / "nodes.parquet")
    assert found.rows == graph.num_nodes
    assert not [column.name for column in found.columns if column.drifted]
