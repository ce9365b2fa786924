"""Beside a teacher that reads texts stand its encoder alone, words, and a GNN without it: results, table, page."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console

from gnn2mlp import RunConfig
from gnn2mlp.pipeline import run
from gnn2mlp.pipeline.node_answers import metric_of
from gnn2mlp.pipeline.text_baselines import text_baselines, text_scores
from gnn2mlp.report import results_table
from gnn2mlp.report.run_report import render_report
from gnn2mlp.teachers import GCN
from gnn2mlp.teachers.language import Language
from tests.helpers import tiny_graph
from tests.tiny import tiny_views

LSA = {"name": "lsa", "dim": 8, "least": 1}
NAMES = ["bag_of_words", "encoder_probe", "gnn_on_features"]


def test_baselines_read_less_than_the_teacher() -> None:
    found = text_baselines(Language(encoder=LSA, around={"name": "gcn", "hidden": 8}))
    assert sorted(found) == NAMES
    probe = found["encoder_probe"]
    assert isinstance(probe, Language)
    assert (probe.encoder["dim"], probe.hops) == (8, 0)
    assert not found["gnn_on_features"].reads_texts
    prompted = text_baselines(Language(encoder=LSA, read="prompt", own=50))["encoder_probe"]
    assert isinstance(prompted, Language)
    assert (prompted.read, prompted.own, prompted.hops) == ("prompt", 50, 0)  # what is embedded elsewhere are prompts


@pytest.mark.parametrize("setting", ["inductive", "transductive"])
def test_each_is_scored_where_the_teacher_is(setting: Any) -> None:
    views = tiny_views(setting, texts=True)
    teacher = Language(encoder=LSA)
    scores = text_scores(teacher, views.observed, views.full, 0.2, 0, torch.device("cpu"), metric_of)
    assert sorted(scores) == NAMES
    expected = {"test"} if setting == "transductive" else {"seen", "unseen", "production", "test", "cold"}
    for name, found in scores.items():
        assert set(found) == expected
        assert all(value > 0.45 for value in found.values())  # chance is 1/3
        if setting == "inductive" and name != "gnn_on_features":
            assert found["cold"] == found["unseen"]  # links are nothing to it
    assert text_scores(GCN(), views.observed, views.full, 0.2, 0, torch.device("cpu"), metric_of) == {}


def test_a_run_has_them_in_results_table_and_page(tmp_path: Path) -> None:
    graph = tiny_graph(texts=True)
    np.savez(
        tmp_path / "said.npz",
        x=graph.features.numpy(),
        y=graph.labels.numpy(),
        edge_index=graph.edge_index.numpy(),
        texts=np.array(graph.texts),
    )
    config = RunConfig(
        dataset=str(tmp_path / "said.npz"),
        split={"name": "per_class", "train": 4, "valid": 4},
        teacher={"name": "language", "encoder": LSA},
        method={"name": "lingu_gkd", "width": 8},
        distill={"epochs": 3},
        seeds=2,
        latency=False,
        out=tmp_path / "out",
        cache=tmp_path / "cache",
    )
    results = run(config, pages=False).results
    assert sorted(results["summary"]["text_baselines"]) == NAMES
    console = Console(width=120)
    with console.capture() as captured:
        console.print(results_table(results))
    printed = captured.get()
    page = render_report(results)
    for head in ("What text and graph bring", "Encoder alone", "Bag of words", "GNN on features"):
        assert head in " ".join(printed.split())
        assert head in page
    assert not any(word in page.split() for word in ("theorem", "protein", "lattice"))  # words of the nodes' texts
