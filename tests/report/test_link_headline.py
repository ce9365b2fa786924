from gnn2mlp.report.link_headline import (
    fastest,
    heuristic_line,
    link_headline,
    link_latency_line,
    link_subject,
    noise_line,
)
from tests.report.links import link_results


def test_no_part_of_the_headline_names_one_figure_alone() -> None:
    for results in (link_results(), link_results(production=False), link_results(seeds=1)):
        found = link_headline(results)
        for text in (found.sentence, noise_line(results), found.tiles[0].label):
            assert ("AUC" in text) == ("Hits@20" in text), text


def test_it_says_what_was_run_and_names_the_network_of_the_teacher() -> None:
    assert link_subject(link_results()) == (
        "Links by method llp: teacher sage, student mlp, on cora; production, 3 seeds."
    )
    results = link_results()
    results["config"]["teacher"] = "heuristic"
    assert "teacher heuristic" in link_subject(results)


def test_a_tile_holds_both_figures_of_a_group_of_pairs() -> None:
    tiles = link_headline(link_results()).tiles
    assert tiles[3] == (
        "76.0 / 4.0",
        "AUC and Hits@20, %, pairs of two new nodes",
        "teacher 70.0 / 26.0, heuristic 66.0 / 20.0, plain MLP 72.0 / 3.0",
    )
    assert tiles[4].value == "100×"
    assert len(link_headline(link_results(production=False, latency=False)).tiles) == 2


def test_how_little_hits_rest_on_is_said() -> None:
    told = noise_line(link_results())
    assert "decided by 20 of 600 pairs" in told
    assert "moved by ±1.0 points over seeds" in told
    assert "over seeds" not in noise_line(link_results(seeds=1))
    results = link_results()
    del results["seeds"][0]["split"]["test_negatives"], results["seeds"][1]["split"], results["seeds"][2]["split"]
    assert noise_line(results) == ""


def test_the_heuristic_is_named_where_it_is_known() -> None:
    assert "validation pairs: Adamic-Adar." in heuristic_line(link_results())
    assert heuristic_line(link_results(full=False)) == ""
    results = link_results()
    for record in results["seeds"]:
        record["metric"] = {"name": "hits@20"}
    assert heuristic_line(results).startswith("The best heuristic by Hits@20 on validation pairs: ")


def test_speed_is_of_the_largest_request_that_both_answered() -> None:
    results = link_results()
    assert fastest(results) == (1000, 100.0)
    assert link_latency_line(results) == "The student ranks 1,000 candidates of a node 100× as fast as its teacher."
    results["latency"]["rows"] = [{"model": "teacher", "candidates": 1, "median_ms": 1.0}]
    assert link_latency_line(results) == ""
    results["latency"]["rows"] += [{"model": "student", "candidates": 1, "median_ms": 2.0}]
    assert link_latency_line(results) == "The student takes 2.0× as long as its teacher to rank 1 candidate of a node."
