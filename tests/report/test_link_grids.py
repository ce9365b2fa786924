import io

from rich.console import Console

from gnn2mlp.report.link_grids import (
    agreement_grid,
    counts_grid,
    heuristics_grid,
    link_difference_grid,
    link_grids,
    link_seeds_grid,
    pairs_grid,
    reached_line,
    score_grid,
    throughput_grid,
)
from gnn2mlp.report.table import grid_table
from tests.report.links import link_results


def test_every_model_has_a_row_in_every_group_of_pairs() -> None:
    grid = score_grid(link_results())
    assert list(grid.head) == ["Pairs", "Model", "AUC", "Hits@20", "Hits@50", "MRR", "Average precision"]
    assert [row[1] for row in grid.rows] == ["Teacher", "Heuristic", "Plain MLP", "Student"] * 4
    assert grid.rows[-1][:4] == ["new-new", "Student", "76.00 ± 0.98", "4.00 ± 0.98"]
    assert score_grid(link_results(seeds=1)).rows[-1][2] == "76.00"


def test_a_score_that_is_not_defined_is_a_dash() -> None:
    results = link_results()
    del results["summary"]["scores"]["mlp"]["new-new"]["hits@50"]
    assert score_grid(results).rows[-2][4] == "–"


def test_both_figures_have_a_row_for_each_rival() -> None:
    rows = link_difference_grid(link_results()).rows
    assert rows[1] == ["overall", "AUC", "Teacher", "+7.0", "+6.2 to +7.8", "3 of 3"]
    assert rows[4] == ["overall", "Hits@20", "Teacher", "−7.0", "−7.8 to −6.2", "0 of 3"]
    assert len(rows) == 24
    assert link_difference_grid(link_results(seeds=1)).rows == []


def test_differences_fit_a_terminal_of_80_columns() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(grid_table(link_difference_grid(link_results()), left=(1, 2)))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert any("+6.2 to +7.8" in line for line in lines)
    assert sum("old-new" in line for line in lines) == 6, "no row was broken"


def test_a_figure_that_one_of_two_lacks_is_no_difference() -> None:
    results = link_results(production=False)
    for record in results["seeds"]:
        del record["scores"]["mlp"]["overall"]["hits@20"]
    assert [row[2] for row in link_difference_grid(results).rows if row[1] == "Hits@20"] == ["Teacher", "Heuristic"]


def test_heuristics_agreement_and_counts_go_by_group() -> None:
    results = link_results()
    assert heuristics_grid(results).rows[1] == ["overall", "Adamic-Adar", "70.00 ± 0.00", "20.00 ± 0.00"]
    assert agreement_grid(results).rows[0] == ["overall", "0.80 ± 0.00"]
    assert counts_grid(results).rows[-1] == ["new-new", "100"]


def test_requests_have_a_column_for_each_number_of_candidates() -> None:
    grid = pairs_grid(link_results())
    assert list(grid.head) == ["Model", "100 candidates", "1,000 candidates", "Speed-up"]
    assert grid.rows[1] == ["Student", "0.200 (0.300)", "0.900 (1.35)", "100×"]
    assert grid.rows[2] == ["Student, embeddings kept", "–", "0.600 (0.900)", "150×"]
    told = "For 1,000 candidates of a node the teacher reads the features of 2,000 nodes."
    assert reached_line(link_results()) == told
    assert reached_line(link_results(latency=False)) == ""
    assert throughput_grid(link_results()).rows[1] == ["Student", "1,100,000"]


def test_what_was_not_measured_has_no_table() -> None:
    titles = [grid.title for grid in link_grids(link_results(seeds=1, latency=False, full=False))]
    assert titles == ["Scores, %", "Seconds per seed"]


def test_each_seed_shows_both_figures_of_each_model() -> None:
    grid = link_seeds_grid(link_results(seeds=2))
    assert grid.rows[3] == [
        "0",
        "0abcdef0",
        "new-new",
        "70.00",
        "26.00",
        "66.00",
        "20.00",
        "72.00",
        "3.00",
        "76.00",
        "4.00",
    ]
    assert sum(columns for _, columns in grid.groups) == len(grid.head)
