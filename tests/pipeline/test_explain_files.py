import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from gnn2mlp.pipeline.explain_files import tables, write_pictures


def _node(**more: Any) -> dict[str, Any]:
    return {"name": "a,b", "top": [["x", 0.5], ["y", 1 / 3]], "edges": [["x", "y", 2.0]], "features": [], **more}


def test_each_table_has_a_row_for_each_node_and_rank() -> None:
    found = tables({"nodes": [_node()]})
    assert sorted(found) == ["contributions.csv", "edges.csv", "explanations.csv"]
    assert found["explanations.csv"] == 'node,rank,neighbour,score\n"a,b",1,x,0.5\n"a,b",2,y,0.333333\n'
    assert found["edges.csv"] == 'node,rank,source,target,score\n"a,b",1,x,y,2\n'
    assert found["contributions.csv"] == "node,rank,feature,contribution\n"


def test_a_student_has_a_table_of_its_own() -> None:
    found = tables({"nodes": [_node(student={"features": [["word", -1.5]]})]})
    assert found["student_contributions.csv"] == 'node,rank,feature,contribution\n"a,b",1,word,-1.5\n'


def test_pictures_are_drawings_and_alike_each_time(tmp_path: Path) -> None:
    def drawn() -> Figure:
        figure = Figure()
        figure.subplots().set_title("a name")
        return figure

    write_pictures(tmp_path, [(3, drawn()), (5, drawn())])
    first = (tmp_path / "neighbourhoods" / "node-5.svg").read_text()
    assert ET.fromstring(first).tag.endswith("svg")
    assert "a name" in first
    write_pictures(tmp_path, [(5, drawn())])
    assert [path.name for path in (tmp_path / "neighbourhoods").iterdir()] == ["node-5.svg"]
    assert (tmp_path / "neighbourhoods" / "node-5.svg").read_text() == first
