"""A fit of whole graphs from files to a model directory."""

from pathlib import Path

import numpy as np
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


def test_nothing_of_a_test_graph_reaches_what_is_trained(tmp_path: Path) -> None:
    """Neither its label, nor its nodes, their numbers and categories, nor its edges."""
    tables = graph_tables()
    tables["graphs"]["split"] = np.array(["train"] * 30 + ["valid"] * 15 + ["test"] * 15)
    tested = {name: tables[name]["molecule"] >= "m45" for name in tables}
    changed = {name: dict(columns) for name, columns in tables.items()}
    toxic, nodes, edges = tables["graphs"]["toxic"], changed["nodes"], changed["edges"]
    changed["graphs"]["toxic"] = np.where(tested["graphs"], np.where(toxic == "yes", "no", "yes"), toxic)
    nodes["mass"] = np.where(tested["nodes"], -1e4, nodes["mass"])
    nodes["element"] = np.where(tested["nodes"], "Xe", nodes["element"])
    edges["bond"] = np.where(tested["edges"], 7, edges["bond"])
    one, other = (
        fit(GraphFitConfig(**graph_fit_settings(tmp_path / name, each, refit=False), out=tmp_path / name / "model"))
        for name, each in (("one", tables), ("other", changed))
    )
    assert same_weights(one, other)
    assert one.predictor().calibration == other.predictor().calibration
    assert one.results["history"]["teacher"]["loss"] == other.results["history"]["teacher"]["loss"]
    assert one.results["scores"] != other.results["scores"]
