"""The folder of a student that needs the graph."""

from pathlib import Path

from gnn2mlp.pipeline.shipping_network import ship_network
from gnn2mlp.teachers import Teacher
from gnn2mlp.teachers.gcn import GCN


def test_writes_a_network_and_a_card_that_says_what_it_needs(tmp_path: Path) -> None:
    student = GCN(hidden=4)
    student.initialise(3, 2)
    about = {
        "name": "a|b, glnn",
        "summary": "Trained on 3 labels.",
        "metrics": [{"metric": "accuracy", "value": 0.5, "low": 0.25, "high": 0.75, "population": "seen"}],
        "training": {"teacher": {"name": "gcn", "hidden": 64}, "setting": "inductive"},
        "citations": ["Somebody, 2020"],
    }
    path = ship_network(tmp_path / "student", student, about)
    assert Teacher.load(path).spec() == student.spec()
    card = (path.parent / "README.md").read_text()
    assert card.startswith("# a\\|b, glnn\n\n**Needs the graph.**")
    assert "| accuracy | 0.5000 | 0.2500 to 0.7500 | seen | student |" in card
    assert "- teacher: gcn" in card
