from gnn2mlp.deploy.predictor import FILE
from gnn2mlp.pipeline.graphs.student import load_graph_student
from tests.graphs import finished


def test_a_student_says_how_it_came_about() -> None:
    path = finished().out / "students" / "seed-000" / "student" / FILE
    student, made = load_graph_student(path)
    assert made["identity"]["code"]
    assert student.card["dataset"] == "motif-graphs"
    assert student.fields.names
    assert len(student.card["history"]["valid"]) == 3
