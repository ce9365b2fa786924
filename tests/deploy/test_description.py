import platform
from types import SimpleNamespace

import pytest

import gnn2mlp
from gnn2mlp.deploy.about import checked
from gnn2mlp.deploy.description import about_of, columns_of, describe
from tests.deploy.models_of import ABOUT, FEATURES, TASKS, model


@pytest.mark.parametrize("kind", list(TASKS))
def test_it_says_what_is_answered(kind: str) -> None:
    said = describe(model(kind), {})
    task, classes, threshold = {
        "classes": ("node classification", ["ant", "bee", "cat"], None),
        "labels": ("multi-label node classification", ["red", "green", "blue"], [0.4, 0.5, 0.6]),
        "values": ("node regression", None, None),
    }[kind]
    assert (said["task"], said["classes"], said["threshold"]) == (task, classes, threshold)
    assert said["answers"]["kind"] == kind
    assert said["num_features"] == FEATURES


def test_it_says_what_it_is_told() -> None:
    said = describe(model(), checked(ABOUT))
    for key in ("name", "summary", "license", "tags", "metrics", "data", "limits"):
        assert said[key] == ABOUT[key]
    assert said["citations"] == [*ABOUT["citations"], model().student.citation]


def test_versions_are_those_of_here() -> None:
    found = describe(model(), {})["versions"]
    assert (found["python"], found["gnn2mlp"]) == (platform.python_version(), gnn2mlp.__version__)
    assert {"torch", "numpy", "scikit-learn"} <= found.keys()


def test_a_calibration_is_shown() -> None:
    assert describe(model(), {})["calibration"] is None
    assert describe(model(calibrated=True), {})["calibration"]["temperature"] == 1.5


def test_the_card_of_a_student_tells_of_its_training() -> None:
    made = model()
    counts = {"metric": "mae", "value": 0.5, "nodes": 3, "training": 7, "all": 20}
    made.card |= {"teacher": {"name": "gcn"}, "seed": 3, "observed": "0123", "edges": {"kept": 4}, "validation": counts}
    made.card["citations"] = ["Kipf and Welling, 2017", made.student.citation]
    said = describe(made, {"training": {"seed": 4}})
    assert said["training"] == {"teacher": {"name": "gcn"}, "seed": 4}
    assert said["data"] == {"rows": 20, "labels": 10, "edges": {"kept": 4}, "digest": "0123"}
    (row,) = said["metrics"]
    assert (row["metric"], row["value"], row["population"], row["nodes"]) == ("mae", 0.5, "validation", 3)
    assert said["citations"] == ["Kipf and Welling, 2017", made.student.citation]


def test_columns_have_a_type_and_a_role() -> None:
    def column(name: str, encoder: str, width: int) -> SimpleNamespace:
        reads = SimpleNamespace(name=encoder)
        return SimpleNamespace(name=name, dtype="str", kind="text", encoder=reads, gaps=0, width=width, reason="why")

    encoders = SimpleNamespace(columns=(column("a", "text", 9), column("b", "drop", 0)))
    found = columns_of(SimpleNamespace(columns=encoders), {"id": "id", "a": "never"})
    assert [(row["name"], row["dtype"], row["role"]) for row in found] == [
        ("a", "str", "feature"),
        ("b", "str", "dropped"),
        ("id", None, "id"),
    ]
    assert (found[0]["encoder"], found[0]["width"], found[0]["reason"]) == ("text", 9, "why")
    assert columns_of(model(), {}) is None
    assert about_of({"columns": found}) == {"columns": {"id": "id"}}


def test_what_was_said_can_be_said_again() -> None:
    told = checked(ABOUT)
    said = describe(model(), told)
    assert describe(model(), about_of(said)) == said
