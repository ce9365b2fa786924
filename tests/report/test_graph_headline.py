from gnn2mlp.report.graph_headline import graph_basis, graph_claim, graph_headline, trivial_line
from tests.graphs import finished


def test_it_speaks_of_teacher_baselines_and_chance() -> None:
    found = graph_headline(finished().results)
    assert found.sentence.startswith("On test graphs, by accuracy, the student is ")
    assert "its teacher" in found.sentence
    assert "a bag of labels" in found.sentence
    assert found.subject.startswith("Whole graphs by method glnn: teacher graph_gin, student set_mlp, on motif-graphs;")
    assert any("numbers of nodes and edges alone" in line for line in found.lines)
    assert any(tile.label == "accuracy, test graphs" for tile in found.tiles)


def test_one_seed_says_scores_and_nothing_of_chance() -> None:
    results = {**finished().results, "seeds": finished().results["seeds"][:1]}
    assert "one seed: no statement about chance" in graph_claim(results)
    assert graph_basis(results) == ""


def test_what_is_missing_is_left_out() -> None:
    bare = {**finished().results, "summary": {}, "seeds": [{"seed": 0}]}
    assert trivial_line(bare) == ""
    assert graph_headline(bare).sentence == "There is nothing to compare in these results." or "fast" in (
        graph_headline(bare).sentence
    )
