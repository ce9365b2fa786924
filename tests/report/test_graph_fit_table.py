"""A fit of whole graphs for a terminal."""

import io

from rich.console import Console

from gnn2mlp.report.graph_fit_table import graph_data_table, graph_fit_table
from tests.report.test_graph_fit_grids import fit_results


def printed(part: object) -> str:
    console = Console(width=120, file=io.StringIO())
    console.print(part)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_the_data_report_has_graphs_columns_and_what_to_look_at() -> None:
    told = printed(graph_data_table(fit_results()["data"]))
    for text in ("graphs.csv, id mol", "element", "40 validate", "! only 40 graphs test", "label more graphs"):
        assert text in told, text


def test_the_verdict_comes_first_and_what_ships_last() -> None:
    told = printed(graph_fit_table(fit_results()))
    assert told.startswith("Distilling pays here.")
    assert "Bag of labels" in told
    assert "A promise." in told
    assert "What ships was trained on all 180 labelled graphs." in told
    assert "ONNX: not written" in printed(graph_fit_table({**fit_results(), "onnx": "not written: no reason"}))
