import pytest

from gnn2mlp.report.link_claims import (
    both_figures,
    compared,
    link_basis,
    link_claim,
    link_scores,
    link_standing,
    link_verdict,
    top_of_new,
)
from tests.report.links import link_results, set_link_scores


def test_differences_are_paired_by_split_and_corrected_for_their_overlap() -> None:
    found = {one.rival: one.found for one in compared(link_results(), "overall", "auc")}
    assert list(found) == ["mlp", "teacher", "heuristic"]
    # Against the MLP .04, .042 and .038: std .002, error .002 * sqrt(1/3 + 1000/2000), t_0.975 with 2 degrees 4.303.
    assert found["mlp"].difference == pytest.approx(0.04)
    assert found["mlp"].high - found["mlp"].difference == pytest.approx(
        4.3027 * 0.002 * (1 / 3 + 1 / 2) ** 0.5, rel=1e-3
    )


def test_a_sentence_names_both_figures_and_every_rival_with_its_interval() -> None:
    # Ratio 100 / 2000: half a width is 4.303 * sqrt(1/3 + .05) = 2.66 deviations, of .002 or, of the heuristic, .012.
    assert link_claim(link_results(), "new-new") == (
        "On pairs of two new nodes: by AUC the student is 4.0 points ahead of a plain MLP (3.5 to 4.5), 6.0 points "
        "ahead of its teacher (5.5 to 6.5) and 10.0 points ahead of the best heuristic (6.8 to 13.2); by Hits@20 the "
        "student is 1.0 point ahead of a plain MLP (0.5 to 1.5), 22.0 points behind its teacher (21.5 to 22.5) and "
        "16.0 points behind the best heuristic (12.8 to 19.2)."
    )


def test_a_difference_that_may_be_chance_is_called_so() -> None:
    results = link_results(production=False)
    results = set_link_scores(results, "overall", "hits@20", student=[0.3, 0.2, 0.25], teacher=[0.28, 0.28, 0.24])
    told = link_claim(results, "overall")
    # Against the teacher +2, -8 and +1 points: mean -1.67, std 5.51, half a width 4.303 * 5.51 * sqrt(1/3 + 1/2).
    assert "(−17.9 to +25.9), its teacher (−23.3 to +20.0) and the best heuristic" in told
    told = link_standing(results, "teacher")
    assert told == "Against its teacher the student is ahead by AUC; within chance by Hits@20."


def test_the_verdict_speaks_of_both_figures_on_each_group_of_pairs() -> None:
    assert link_verdict(link_results()) == (
        "Against a plain MLP the student is ahead by AUC and by Hits@20 on every group of pairs. Against its teacher "
        "the student is ahead by AUC on every group of pairs; within chance by Hits@20 on old-old pairs, behind on "
        "old-new and new-new pairs. Against the best heuristic the student is ahead by AUC on every group of pairs; "
        "within chance by Hits@20 on old-old pairs, behind on old-new and new-new pairs."
    )


def test_a_heuristic_is_in_the_verdict_where_the_student_is_behind_it_alone() -> None:
    results = link_results(production=False)
    assert "heuristic" not in link_verdict(results)
    results = set_link_scores(results, "overall", "hits@20", heuristic=[0.9, 0.9, 0.9])
    told = link_verdict(results)
    assert told.endswith("Against the best heuristic the student is ahead by AUC; behind by Hits@20.")


@pytest.mark.parametrize("seeds", [1, 2])
def test_few_seeds_allow_no_verdict(seeds: int) -> None:
    assert f"not known from {seeds} seed" in link_verdict(link_results(seeds=seeds))


def test_one_seed_tells_scores_and_no_difference() -> None:
    results = link_results(seeds=1, production=False)
    assert link_claim(results, "overall") == link_scores(results, "overall")
    assert link_claim(results, "overall") == (
        "On test pairs, AUC and Hits@20 in per cent: the student 82.0 and 22.0, a plain MLP 78.0 and 21.0, its "
        "teacher 75.0 and 29.0, the best heuristic 70.0 and 25.0; one seed: no statement about chance."
    )
    assert link_basis(results) == ""


def test_who_keeps_the_top_of_two_new_nodes_is_told_with_the_auc_beside_it() -> None:
    assert top_of_new(link_results()) == (
        "Hits@20 on pairs of two new nodes, the best first: the teacher 26.0% (AUC 70.0), the best heuristic 20.0% "
        "(AUC 66.0), the student 4.0% (AUC 76.0), a plain MLP 3.0% (AUC 72.0)."
    )
    assert top_of_new(link_results(production=False)) == ""


def test_a_figure_that_is_not_defined_is_a_dash() -> None:
    results = link_results(production=False)
    del results["summary"]["scores"]["student"]["overall"]["hits@20"]
    assert both_figures(results, "student", "overall") == "82.0 and –"
    assert both_figures(results, "student", "new-new") == ""


def test_a_run_on_one_published_split_speaks_of_initialisations() -> None:
    results = link_results()
    for record in results["seeds"]:
        record["split"]["digest"] = "one"
    assert "over 3 initialisations on one split" in link_basis(results)
    assert "over 3 splits (Nadeau" in link_basis(link_results())


def test_nothing_compared_is_nothing_said() -> None:
    results = link_results()
    for part in (*results["seeds"], results["summary"]):
        del part["scores"]["student"]
    assert link_claim(results, "overall") == link_verdict(results) == link_basis(results) == ""


def test_a_difference_that_is_the_same_each_time_is_not_called_chance() -> None:
    results = link_results(production=False)
    for record in results["seeds"]:
        for rival, less in (("mlp", 0.02), ("teacher", 0.0)):
            scores = record["scores"]["student"]["overall"]
            record["scores"][rival]["overall"] = {metric: value - less for metric, value in scores.items()}
    said = link_claim(results, "overall")
    assert "2.0 points ahead of a plain MLP each time (which tells nothing of chance)" in said
    assert "as good as its teacher each time (which tells nothing of chance)" in said
    assert link_standing(results, "mlp").startswith("Against a plain MLP the student is ahead by the same each time")
    assert "no better and no worse by AUC and by Hits@20" in link_standing(results, "teacher")
