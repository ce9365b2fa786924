from pathlib import Path

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.pipeline.knowledge import export_knowledge, load_knowledge, save_knowledge
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.teachers import Export
from gnn2mlp.teachers.gcn import GCN
from tests.tiny import tiny_views

ORIGIN = Origin({"seed": "1"}, {"processor": "mine"}, {})


def test_the_card_says_what_columns_mean_and_how_it_was_made(tmp_path: Path) -> None:
    teacher, observed, cpu = GCN(hidden=4, epochs=2), tiny_views().observed, torch.device("cpu")
    teacher.fit(observed)
    classes = ["red", "green", "blue"]
    made = export_knowledge(teacher, observed, ["logits"], Export(), 0, Execution.on(cpu), classes, "paint", device=cpu)
    assert (made.card["classes"], made.card["dataset"]) == (classes, "paint")
    assert made.card["seconds"] > 0
    assert torch.equal(made["logits"], teacher.predict(observed.graph))
    path = tmp_path / "knowledge.safetensors"
    save_knowledge(path, made, ORIGIN)
    loaded, about = load_knowledge(path)
    assert Origin.parse(about) == ORIGIN
    assert loaded.digest == made.digest
