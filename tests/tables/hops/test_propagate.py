from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.tables.hops import HopTable, propagate_hops
from tests.helpers import full_disk
from tests.hops import cut_finely, dense_hops, draw, write_graph


def rows_of(table: HopTable) -> np.ndarray:
    return np.concatenate([chunk.x for chunk in table.chunks()])


@pytest.mark.parametrize("fine", [False, True])
@pytest.mark.parametrize(
    "options",
    [{}, {"directed": True}, {"normalise": "row"}, {"weighted": True}, {"weighted": True, "directed": True}],
    ids=str,
)
def test_hops_are_those_of_the_product_in_memory(
    tmp_path: Path, fine: bool, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if fine:
        cut_finely(monkeypatch)
    x, pairs = draw()
    weight = np.random.default_rng(1).random(pairs.shape[1]) + 0.5 if options.get("weighted") else None
    nodes, edges = write_graph(tmp_path, x, pairs, **({} if weight is None else {"weight": weight}))
    asked = {key: value for key, value in options.items() if key != "weighted"}
    table = propagate_hops(nodes, edges, tmp_path / "hops", hops=3, **asked)
    assert table.plan.blocks == (4 if fine else 1)
    row = options.get("normalise") == "row"
    expected = dense_hops(x, pairs, 3, weight, bool(options.get("directed")), row)
    assert np.abs(rows_of(table) - expected).max() < 1e-5


def test_what_is_finished_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_finely(monkeypatch)
    nodes, edges = write_graph(tmp_path, *draw())
    table = propagate_hops(nodes, edges, tmp_path / "hops", hops=2)
    assert not (tmp_path / "hops" / "work").exists()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "hops").rglob("*.parquet")}
    again = propagate_hops(nodes, edges, tmp_path / "hops", hops=1)
    more = propagate_hops(nodes, edges, tmp_path / "hops", hops=3)
    assert (again.hops, again.digest, more.hops) == (2, table.digest, 3)
    assert all(path.stat().st_mtime_ns == moment for path, moment in before.items())
    whole = propagate_hops(nodes, edges, tmp_path / "whole", hops=3)
    assert whole.manifest["digests"] == more.manifest["digests"]


@pytest.mark.parametrize("after", [1, 5, 9, 12, 15, 18])
def test_a_call_goes_on_where_another_one_ended(tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_finely(monkeypatch)
    nodes, edges = write_graph(tmp_path, *draw())
    whole = propagate_hops(nodes, edges, tmp_path / "whole", hops=2)
    told = []

    def end(done: int, total: int, note: str = "") -> None:
        told.append(note)
        if len(told) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        propagate_hops(nodes, edges, tmp_path / "hops", hops=2, progress=end)
    with pytest.raises(ArtefactError, match="expected finished hop features"):
        HopTable.open(tmp_path / "hops")
    again = propagate_hops(nodes, edges, tmp_path / "hops", hops=2)
    assert again.digest == whole.digest


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    x, pairs = draw()
    nodes, edges = write_graph(tmp_path, x, pairs)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ConfigError, match="something else than hop features"):
        propagate_hops(nodes, edges, tmp_path / "mine")
    propagate_hops(nodes, edges, tmp_path / "hops", hops=1)
    with pytest.raises(ConfigError, match="holds the hops of another normalisation; choose another --out"):
        propagate_hops(nodes, edges, tmp_path / "hops", hops=1, normalise="row")
    write_graph(tmp_path, 2 * x, pairs)
    with pytest.raises(ConfigError, match="holds the hops of other nodes"):
        propagate_hops(nodes, edges, tmp_path / "hops", hops=1)


def test_settings_that_cannot_work_are_refused(tmp_path: Path) -> None:
    nodes, edges = write_graph(tmp_path, *draw())
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"hops": 0}, "hops: expected at least 1"),
        ({"engine": "duckbd"}, "expected one of duckdb.*mean 'duckdb'"),
        ({"memory": "lots"}, "such as 4GiB"),
        ({"normalise": "none"}, "expected symmetric or row"),
    ]
    for options, message in wrong:
        with pytest.raises(ConfigError, match=message):
            propagate_hops(nodes, edges, tmp_path / "hops", **options)


def test_damaged_tables_and_gaps_are_named(tmp_path: Path) -> None:
    x, pairs = draw()
    nodes, edges = write_graph(tmp_path, x, pairs)
    content = edges.read_bytes()
    edges.write_bytes(content[:-30])
    with pytest.raises(ArtefactError, match="edges.parquet"):
        propagate_hops(nodes, edges, tmp_path / "hops")
    edges.write_bytes(content)
    x[4, 2] = np.nan
    write_graph(tmp_path, x, pairs)
    with pytest.raises(DataError, match="features must be finite.*node 31"):
        propagate_hops(nodes, edges, tmp_path / "hops")
    write_graph(tmp_path, draw()[0], pairs, ids=[None, *range(59)])
    with pytest.raises(DataError, match="expected an id in every row, got 1 without"):
        propagate_hops(nodes, edges, tmp_path / "hops")


@pytest.mark.parametrize("size", [400, 2500, 9000])
def test_a_disk_that_fills_up_is_named_and_no_half_file_stays(tmp_path: Path, size: int) -> None:
    x, pairs = draw(nodes=300, edges=2000)
    nodes, edges = write_graph(tmp_path, x, pairs)
    with full_disk(size), pytest.raises(ArtefactError, match="free some space or choose another folder"):
        propagate_hops(nodes, edges, tmp_path / "hops", hops=2)
    with pytest.raises(ArtefactError, match="expected finished hop features"):
        HopTable.open(tmp_path / "hops")
    (tmp_path / "hops" / "work" / ".half.tmp").write_text("what a kill leaves")
    again = propagate_hops(nodes, edges, tmp_path / "hops", hops=2)
    assert again.digest == propagate_hops(nodes, edges, tmp_path / "whole", hops=2).digest
    assert not list((tmp_path / "hops").rglob(".*"))
