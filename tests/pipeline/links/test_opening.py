from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp import RunConfig, run
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.links import LinkSplit
from gnn2mlp.pipeline import latency, trust
from gnn2mlp.pipeline.links.opening import opened_links
from tests.helpers import tiny_arrays


def test_splits_and_settings_are_in_the_folder(link_settings: dict[str, Any]) -> None:
    config = RunConfig(**link_settings).resolve()
    with opened_links(config, config.folder(), lambda seed, stage: lambda *news: None) as job:
        splits = [LinkSplit.load(job.folder / "splits" / f"seed-00{number}.safetensors") for number in (0, 1)]
    assert [split.seed for split in splits] == [0, 1]
    assert splits[0].digest != splits[1].digest
    assert RunConfig.from_yaml(job.folder / "config.yaml").resolve().identity() == config.identity()


def test_too_few_negatives_are_refused_before_any_training(link_settings: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="'hits@50' needs at least 50 negative pairs, got"):
        run(RunConfig(**{**link_settings, "task": {"name": "link", "metric": "hits@50"}}))
    assert not list(link_settings["cache"].rglob("*.safetensors"))


def test_a_hypergraph_is_refused(link_settings: dict[str, Any], hypergraph_npz: Path) -> None:
    with pytest.raises(DataError, match="hypergraph"):
        run(RunConfig(**{**link_settings, "dataset": str(hypergraph_npz)}))


def test_features_that_say_nothing_are_refused(link_settings: dict[str, Any], tmp_path: Path) -> None:
    _, y, edges = tiny_arrays(nodes=40)
    np.savez(tmp_path / "alike.npz", x=np.ones((40, 3)), y=y, edge_index=edges)
    with pytest.raises(DataError, match="nothing to read"):
        run(RunConfig(**{**link_settings, "dataset": str(tmp_path / "alike.npz")}))


def test_a_file_needs_no_labels(link_settings: dict[str, Any], tmp_path: Path) -> None:
    x, _, edges = tiny_arrays(nodes=90)
    np.savez(tmp_path / "bare.npz", x=x, edge_index=edges, directed=True)
    config = RunConfig(**{**link_settings, "dataset": str(tmp_path / "bare.npz"), "seeds": 1}).resolve()
    with opened_links(config, config.folder(), lambda seed, stage: lambda *news: None) as job:
        assert job.facts["graph"]["notes"]["made_undirected"] == edges.shape[1]


def test_a_folder_holds_one_configuration(link_settings: dict[str, Any]) -> None:
    config = RunConfig(**link_settings).resolve()
    with opened_links(config, config.folder(), lambda seed, stage: lambda *news: None):
        pass
    with pytest.raises(ConfigError, match="holds a run with another setting"):
        run(RunConfig(**{**link_settings, "setting": "production"}))


@pytest.mark.parametrize("verb", [latency, trust])
def test_what_looks_at_nodes_says_so(link_settings: dict[str, Any], verb: Any) -> None:
    with pytest.raises(ConfigError, match="'link' is carried out by run alone"):
        verb(RunConfig(**link_settings))
