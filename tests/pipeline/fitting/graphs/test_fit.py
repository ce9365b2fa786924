"""A fit of whole graphs from files to a model directory."""

from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import FitConfig, GraphFitConfig, GraphFitResult, fit
from tests.fitted_graphs import graph_fit_settings, graph_tables


def same_weights(one: GraphFitResult, other: GraphFitResult) -> bool:
    """Whether both are the same network."""
    ours, theirs = (found.predictor().module.state_dict() for found in (one, other))
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_finished_folder_is_answered_at_once_and_kept_from_others(graph_fit: GraphFitResult) -> None:
    config = GraphFitConfig(**graph_fit.results["config"])
    heard: list[str] = []

    def listen(stage: str) -> object:
        heard.append(stage)
        return lambda *told: None

    again = fit(config, listen)  # type: ignore[arg-type]
    assert again.results == graph_fit.results
    assert heard == []
    with pytest.raises(ConfigError, match="holds a model with another"):
        fit(GraphFitConfig(**{**graph_fit.results["config"], "seed": 7}))
    tables = {"nodes": config.files.nodes, "edges": config.files.edges, "out": graph_fit.out}
    with pytest.raises(ConfigError, match="holds a model with another"):
        fit(FitConfig(**tables, id="atom", label="element"))


def test_what_was_interrupted_ends_with_the_same_model_and_other_tables_are_refused(tmp_path: Path) -> None:
    settings = graph_fit_settings(tmp_path / "tables", refit=False)

    def stop(stage: str) -> object:
        if stage == "student":
            raise KeyboardInterrupt
        return lambda *told: None

    with pytest.raises(KeyboardInterrupt):
        fit(GraphFitConfig(**settings, out=tmp_path / "model"), stop)  # type: ignore[arg-type]
    first = fit(GraphFitConfig(**settings, out=tmp_path / "model"))
    whole = fit(GraphFitConfig(**settings, out=tmp_path / "other"))
    assert same_weights(first, whole)
    assert first.results["scores"] == whole.results["scores"]
    with (tmp_path / "tables" / "nodes.csv").open("a") as file:
        file.write('"m00",99,"C",150.0,1\n')
    with pytest.raises(ConfigError, match="holds a model of other nodes than are now in"):
        fit(GraphFitConfig(**settings, out=tmp_path / "model"))


def test_a_dry_run_trains_and_writes_nothing(tmp_path: Path) -> None:
    told: list[object] = []
    settings = graph_fit_settings(tmp_path / "tables")
    found = fit(GraphFitConfig(**settings, out=tmp_path / "model"), told=told.append, dry_run=True)
    assert told == [found.results["data"]]
    assert not (tmp_path / "model").exists()
    with pytest.raises(ConfigError, match="a dry run trains no model"):
        found.predictor()
    assert "GraphFitResult(" in repr(found)


def test_a_split_of_the_users_own_and_faults_before_training(tmp_path: Path) -> None:
    tables = graph_tables()
    parts = ["train"] * 30 + ["valid"] * 15 + ["test"] * 15
    tables["graphs"]["split"] = parts
    settings = graph_fit_settings(tmp_path / "tables", tables)
    found = fit(GraphFitConfig(**settings), dry_run=True)
    assert found.results["data"]["split"] == {"by": "own", "train": 30, "valid": 15, "test": 15}
    with pytest.raises(ConfigError, match="teacher 'graph_gin' does not provide 'entropy_shift'"):
        fit(GraphFitConfig(**{**settings, "method": "krd"}), dry_run=True)
