"""A fit of links from files to a model directory."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.progress import silent
from gnn2mlp.data import LinkViews
from gnn2mlp.pipeline import FitConfig, LinkFitConfig, fit
from gnn2mlp.pipeline.fitting.links.fit import LinkFitResult, _observed
from gnn2mlp.pipeline.fitting.links.stages import link_job, link_stages
from gnn2mlp.pipeline.fitting.links.tables import read_link_tables
from tests.company import Company
from tests.linked_tables import link_settings, linked_tables


def same_weights(one: LinkFitResult, other: LinkFitResult) -> bool:
    """Whether both are the same network; when and how long it was trained is beside."""
    ours, theirs = (found.predictor().module.state_dict() for found in (one, other))
    return all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_finished_folder_is_answered_at_once_and_kept_from_others(linked: LinkFitResult) -> None:
    config = LinkFitConfig(**linked.results["config"])
    heard: list[str] = []

    def listen(stage: str) -> object:
        heard.append(stage)
        return lambda *told: None

    again = fit(config, listen)  # type: ignore[arg-type]
    assert again.results == linked.results
    assert heard == []
    with pytest.raises(ConfigError, match="holds a model with another"):
        fit(LinkFitConfig(**{**linked.results["config"], "seed": 7}))
    labels = {key: linked.results["config"][key] for key in ("nodes", "edges", "id", "out")}
    with pytest.raises(ConfigError, match="holds a model with another"):
        fit(FitConfig(**labels, label="country"))


def test_what_was_interrupted_ends_with_the_same_model(tmp_path: Path) -> None:
    settings = link_settings(tmp_path, refit=False)

    def stop(stage: str) -> object:
        if stage == "student":
            raise KeyboardInterrupt
        return lambda *told: None

    with pytest.raises(KeyboardInterrupt):
        fit(LinkFitConfig(**settings, out=tmp_path / "model"), stop)  # type: ignore[arg-type]
    first = fit(LinkFitConfig(**settings, out=tmp_path / "model"))
    whole = fit(LinkFitConfig(**settings, out=tmp_path / "other"))
    assert same_weights(first, whole)
    assert first.results["intervals"] == whole.results["intervals"]


def test_a_dry_run_trains_and_writes_nothing(tmp_path: Path) -> None:
    told: list[object] = []
    found = fit(LinkFitConfig(**link_settings(tmp_path), out=tmp_path / "model"), told=told.append, dry_run=True)
    assert told == [found.results["data"]]
    assert not (tmp_path / "model").exists()
    with pytest.raises(ConfigError, match="a dry run trains no model"):
        found.predictor()
    assert "LinkFitResult(" in repr(found)


def views_of_tables(folder: Path, tables: Company, **changes: Any) -> LinkViews:
    """What training and scoring would see of these tables."""
    config = LinkFitConfig(**link_settings(folder, tables, **changes)).resolve(160)
    read = read_link_tables(config)
    split, encoded, _ = _observed(config, read, lambda stage: silent)
    stages = link_stages(
        link_job(config, encoded.graph, folder, torch.device("cpu"), lambda stage: silent), config, split
    )
    return LinkViews(stages.observed, stages.full)


@pytest.mark.parametrize("by", [{"time": "joined"}, {"setting": "production"}])
def test_later_nodes_and_their_links_leave_no_trace_in_what_training_sees(tmp_path: Path, by: dict[str, Any]) -> None:
    """Neither on encoders, nor on the scale of weights: prices, words and weights of theirs are others."""
    tables = linked_tables()
    tables = tables._replace(edges={**tables.edges, "weight": np.arange(len(tables.edges["source"])) % 5 + 1.0})
    before = views_of_tables(tmp_path / "before", tables, **by)
    rows = before.full.split.new.tolist()
    price, text = tables.nodes["price"].to_pylist(), list(tables.nodes["text"])
    for row in rows:
        price[row], text[row] = 1e6, "later words"
    new = np.isin(np.stack(list(tables.edges.values())[:2]), tables.nodes["page"][rows]).any(0)
    changed = Company(
        {**tables.nodes, "price": pa.array(price), "text": text},
        {**tables.edges, "weight": np.where(new, 1000.0, tables.edges["weight"])},
    )
    after = views_of_tables(tmp_path / "after", changed, **by)
    assert 8 < len(rows) < 32
    assert after.observed.digest == before.observed.digest
    assert after.full.split.digest == before.full.split.digest
    assert after.full.graph.digest != before.full.graph.digest


def test_the_order_of_edges_and_of_their_ends_is_nothing(tmp_path: Path) -> None:
    tables = linked_tables()
    turned = {"source": tables.edges["target"][::-1], "target": tables.edges["source"][::-1]}
    one, other = (
        fit(LinkFitConfig(**link_settings(tmp_path / name, each, refit=False), out=tmp_path / name / "model"))
        for name, each in (("one", tables), ("other", tables._replace(edges=turned)))
    )
    assert same_weights(one, other)
