from gnn2mlp.deploy.calibration import Calibration
from gnn2mlp.pipeline import FitResult


def test_what_validation_says_is_measured_on_test_rows(fitted: FitResult) -> None:
    trust, split = fitted.results["trust"], fitted.results["data"]["split"]
    assert Calibration.of(trust["calibration"]) == fitted.predictor().calibration
    assert trust["calibration"]["rows"] == split["valid"]
    for by in trust["coverage"].values():
        assert by["unseen"]["rows"] == split["unseen"]
        assert by["seen"]["low"] <= by["seen"]["measured"] <= by["seen"]["high"]
    assert set(trust["ece"]) == {"seen", "unseen", "test"}
    cascade = trust["cascade"]
    assert cascade["curve"]["deferred"][0] == 0
    assert cascade["curve"]["deferred"][-1] == 1
    assert 0 <= cascade["unseen"]["deferred"] <= 1


def test_asking_the_teacher_of_nothing_is_the_student_and_of_all_the_teacher(fitted: FitResult) -> None:
    curve, scores = fitted.results["trust"]["cascade"]["curve"], fitted.results["scores"]
    for place, model in ((0, "student"), (-1, "teacher")):
        both = [scores[model][population] for population in ("seen", "unseen")]
        right = sum(one["value"] * one["nodes"] for one in both) / sum(one["nodes"] for one in both)
        assert abs(curve["accuracy"][place] - right) < 1e-9
