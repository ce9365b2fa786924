from gnn2mlp.pipeline import FitResult
from gnn2mlp.report.fit_trust import left_out_sentence, trust_advice


def test_unseen_nodes_come_first(fitted: FitResult) -> None:
    told = trust_advice(fitted.results["trust"])
    assert len(told) == 2
    assert "unseen test nodes" in told[0]
    assert trust_advice({}) == []


def test_foreign_rows_are_told_by_names_of_the_library() -> None:
    found = {"label": 3, "foreign": 40, "known": 1200, "auroc": {"energy": 0.8, "code_distance": 0.7}, "seconds": 1.0}
    assert left_out_sentence(found) == (
        "A student that never met the class 3 told its 40 rows from 1,200 test rows of other classes with an AUROC of "
        "0.80 by outlier_score, 0.70 by the distance to the teacher's codes (0.5 is chance)."
    )
