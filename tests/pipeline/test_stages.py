from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.progress import silent
from gnn2mlp.data import load_dataset
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.stages import Seed


@pytest.fixture
def make_seed(settings: dict[str, Any]):
    def make(folder: Path | None = None, **changes: Any) -> Seed:
        config = RunConfig(**{**settings, "setting": "inductive", **changes}).resolve()
        graph = load_dataset(config.dataset)
        store = Store(settings["cache"])
        return Seed(config, graph, 0, folder or settings["out"], store, torch.device("cpu"), lambda seed, stage: silent)

    return make


def test_knowledge_covers_exactly_the_observed_nodes(make_seed):
    seed = make_seed()
    ids = set(seed.knowledge.node_ids.tolist())
    assert ids == set(range(90)) - set(seed.task.split.unseen.tolist())
    assert set(seed.knowledge.values) == {"logits", "hidden"}
    assert seed.knowledge.card["split"] == seed.task.split.digest


def test_observed_logits_of_the_teacher_know_no_unseen_row(make_seed):
    seed = make_seed()
    logits = seed.teacher_logits()
    unseen = seed.task.split.unseen
    assert logits["observed"][unseen].isnan().all()
    assert not logits["full"].isnan().any()
    torch.testing.assert_close(logits["observed"][seed.knowledge.node_ids], seed.knowledge["logits"])


def test_a_student_of_other_settings_is_not_reused(make_seed, tmp_path: Path):
    first = make_seed().student("student")
    same = make_seed().student("student")
    other = make_seed(distill={"epochs": 16}).student("student")
    assert same.card == first.card
    assert other.card["identity"] != first.card["identity"]
    assert len(other.card["history"]["loss"]) == 16


def test_the_baseline_reads_no_knowledge(make_seed):
    seed = make_seed()
    assert seed.student("mlp").card["identity"]["knowledge"] is None
    assert seed.student("student").card["identity"]["knowledge"] == seed.knowledge.digest
