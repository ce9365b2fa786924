from gnn2mlp.report.agreement import agreement_grid, agreement_line, agreement_plot
from tests.report.explained import explain_results


def test_the_sentence_says_what_chance_allows() -> None:
    found = explain_results()["student"]
    assert agreement_line(found) == (
        "Confidence and own margin together tell no better, as far as chance lets one tell, where the student answers "
        "as its teacher than confidence alone: AUROC 0.900 against 0.850 (−0.010 to +0.120) on 20 unseen test nodes."
    )
    assert "told better by confidence and own margin together" in agreement_line({**found, "gain": [0.01, 0.1]})
    assert "together tell less well" in agreement_line({**found, "gain": [-0.2, -0.1]})
    assert agreement_line({**found, "gain": None, "population": "test"}) == (
        "Nothing can be said of where the student will differ: on 20 test nodes too few answers differ, or all do."
    )
    assert agreement_line({}) == ""


def test_what_is_not_defined_is_told_as_such() -> None:
    found = explain_results()["student"]
    found["auroc"]["both"] = None
    assert agreement_grid(found).rows[1:] == [["Student's confidence", "0.850 (0.800 to 0.950)"], ["Both", "n/a"]]
    assert agreement_grid({}).rows == []


def test_the_picture_names_its_nodes() -> None:
    assert "unseen test nodes" in agreement_plot(explain_results()["student"]).note
