from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.pipeline.student_file import student_file
from tests.graphs import finished


def test_a_student_says_how_it_came_about() -> None:
    kept = student_file(finished().out / "students" / "seed-000" / "student", GraphPredictor)
    student, made = kept.load(kept.path({}))
    assert made["identity"]["code"]
    assert student.card["dataset"] == "motif-graphs"
    assert student.fields.names
    assert len(student.card["history"]["valid"]) == 3
