from gnn2mlp.report.graph_report import render_graph_report
from tests.graphs import finished, finished_tasks


def test_the_page_tells_of_graphs_and_of_no_nodes_to_be_classified() -> None:
    page = render_graph_report(finished().results)
    for told in ("Size only", "Bag of labels", "GraphPredictor.load", "test graphs", "Class balance", "Milliseconds"):
        assert told in page
    assert "test nodes" not in page
    assert page == (finished().out / "report.html").read_text()


def test_several_tasks_are_told_one_by_one() -> None:
    assert "task by task" in render_graph_report(finished_tasks().results)
    assert "task by task" not in render_graph_report(finished().results)


def test_what_results_hold_is_escaped() -> None:
    results = finished().results
    strange = {**results, "config": {**results["config"], "dataset": {"name": "<b>bold</b>"}}}
    assert "<b>bold" not in render_graph_report(strange)


def test_parts_that_are_absent_are_left_out() -> None:
    results = {**finished().results, "latency": None}
    results["seeds"] = [
        {k: v for k, v in seed.items() if k not in ("history", "by_class")} for seed in results["seeds"]
    ]
    page = render_graph_report(results)
    assert "What does an answer cost?" not in page
    assert "<h2>Training</h2>" not in page
