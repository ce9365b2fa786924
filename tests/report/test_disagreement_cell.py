from gnn2mlp.report.disagreement_cell import disagreement_cell
from tests.explore.disagreeing import weak_spot


def test_it_says_where_the_student_fails_and_how_the_models_fare() -> None:
    found = weak_spot()
    html = disagreement_cell(found)
    seen, folded = html.split("<details>")
    assert "The student falls behind its teacher most where class is b and colour is red" in seen
    assert "All nodes, % right" in seen
    assert "seen nodes" in seen
    assert "Groups where the student is wrong" in seen
    assert "b taken for c" in folded
    assert found._repr_html_() == html


def test_where_nothing_holds_it_says_so() -> None:
    html = disagreement_cell(weak_spot(nodes=60))
    assert "beyond chance" in html
    assert "Groups where" not in html
