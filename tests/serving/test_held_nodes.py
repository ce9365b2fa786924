"""Nodes that a server holds."""

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.serving.held_nodes import HeldNodes
from gnn2mlp.serving.links import ServedLinks
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.settings import NodeFiles
from tests.serving import linked


def held(folder: Path, pages: ServedLinks, ids: Any, name: str = "nodes.parquet", **more: Any) -> HeldNodes:
    nodes = linked.NODES.assign(page=ids)
    getattr(nodes, f"to_{name.rpartition('.')[2]}")(folder / name, index=False)
    return HeldNodes.read(pages.predictor, NodeFiles(folder / name, **more), "page")


KINDS: dict[str, tuple[list[Any], list[Any]]] = {
    "text": ([f"p{row}" for row in range(24)], ["p3", "p23", "x"]),
    "whole": ([*range(100, 124)], [103, 123, 7]),
    "unsigned": ([2**63 + row for row in range(24)], [2**63 + 3, 2**63 + 23, 7]),
    "float": ([float(row) for row in range(100, 124)], [103, 123, 7]),
    "uuid": (
        [uuid.UUID(int=row) for row in range(24)],
        [str(uuid.UUID(int=row)) for row in (3, 23, 99)],
    ),
    "time": (
        [*pd.date_range("2024-01-01", periods=24, freq="h", tz="UTC")],
        ["2024-01-01T03:00:00+00:00", "2024-01-01T23:00:00+00:00", "2023-01-01"],
    ),
    "date": ([*pd.date_range("2024-01-01", periods=24).date], ["2024-01-04", "2024-01-24", "2023-01-01"]),
    "category": (pd.Categorical([f"p{row}" for row in range(24)]), ["p3", "p23", "x"]),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("kind", KINDS)
def test_ids_of_any_type_are_asked_and_answered_as_json_has_them(kind: str, pages: ServedLinks, tmp_path: Path) -> None:
    if kind == "uuid":
        import pyarrow as pa
        import pyarrow.parquet as pq

        column = pa.array([one.bytes for one in KINDS[kind][0]], pa.uuid())
        table = pa.table({"page": column, **{name: linked.NODES[name] for name in linked.READS}})
        pq.write_table(table, tmp_path / "nodes.parquet")
        nodes = HeldNodes.read(pages.predictor, NodeFiles(tmp_path / "nodes.parquet"), "page")
    else:
        nodes = held(tmp_path, pages, KINDS[kind][0])
    asked = KINDS[kind][1]
    assert nodes.rows(asked, [""] * 3).tolist() == [3, 23, -1]
    assert nodes.named(np.array([3, 23])) == asked[:2]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("text", 3, "node 1: expected as id a text, as 'page' of nodes.parquet has, such as 'p0', got 3"),
        ("whole", "103", "expected as id a whole number, .* such as 100, got '103'"),
        ("whole", 1.5, "a whole number, .* got a number"),
        ("whole", True, "a whole number, .* got a truth value"),
        ("time", "noon", "expected as id dates or times in the form of the example, .* got 'noon'"),
        ("text", ["p1"], "expected as id a text, .* got a list"),
    ],
)
def test_ids_of_another_type_are_refused(
    kind: str, value: Any, message: str, pages: ServedLinks, tmp_path: Path
) -> None:
    nodes = held(tmp_path, pages, KINDS[kind][0])
    with pytest.raises(RefusalError, match=message):
        nodes.rows([KINDS[kind][1][0], value], ["node 0", "node 1"])


def test_a_file_of_texts_has_numbers_as_they_are_written(pages: ServedLinks, tmp_path: Path) -> None:
    nodes = held(tmp_path, pages, [f"{row:03d}" for row in range(100, 124)], "nodes.csv")
    assert nodes.rows([103, "104"], ["", ""]).tolist() == [3, 4]
    assert nodes.example == "100"


def test_candidates_known_links_and_a_short_list_are_those_of_score(pages: ServedLinks, tmp_path: Path) -> None:
    linked.files(tmp_path)
    pd.DataFrame({"page": ["p1", "p7", "p3", "p1"]}).to_csv(tmp_path / "some.csv", index=False)
    more = {"candidates": tmp_path / "some.csv", "known": tmp_path / "known.csv"}
    nodes = held(tmp_path, pages, KINDS["text"][0], **more)
    assert (len(nodes), nodes.candidates, nodes.recall) == (24, 3, None)
    assert nodes.named(nodes.search.best(nodes.vectors[3], 9, row=3).rows) == ["p1"]
    short = held(tmp_path, pages, KINDS["text"][0], shortlist=24)
    assert short.recall == (10, 20, 1.0, 1.0)
    few = held(tmp_path, pages, KINDS["text"][0], **more, shortlist=24)
    assert few.recall is not None
    assert few.recall.k == 3


def test_what_is_no_table_of_nodes_is_refused(pages: ServedLinks, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'page' holds bytes, which JSON cannot name"):
        held(tmp_path, pages, [b"%d" % row for row in range(24)])
    with pytest.raises(DataError, match="expected each id once"):
        held(tmp_path, pages, ["p1"] * 24)
    for name, why in (("likes", "is read by the model as a feature"), ("score", "is the name of what is answered")):
        with pytest.raises(ConfigError, match=f"'{name}' {why}"):
            HeldNodes.read(pages.predictor, NodeFiles(tmp_path / "nodes.parquet"), name)
    with pytest.raises(ConfigError, match="expected a file at"):
        HeldNodes.read(pages.predictor, NodeFiles(tmp_path / "none.parquet"), "page")
    linked.NODES.drop(columns="likes").to_parquet(tmp_path / "short.parquet")
    with pytest.raises(DataError, match="likes"):
        HeldNodes.read(pages.predictor, NodeFiles(tmp_path / "short.parquet"), "page")
