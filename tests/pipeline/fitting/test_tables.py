from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pytest
import torch

from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.tables import Tables, read_tables
from tests.company import Company, company

CSV = "nodes.csv", "edges.csv"


def read(tmp_path: Path, tables: Company, names: tuple[str, str] = CSV, **changes: Any) -> Tables:
    return read_tables(FitConfig(**{**tables.write(tmp_path, *names), **changes}).resolve(240))


def with_column(name: str, values: Any, rows: int = 240) -> Company:
    found = company(rows)
    return found._replace(nodes={**found.nodes, name: values})


@pytest.mark.parametrize("names", [CSV, ("n.parquet", "e.csv"), ("n.csv", "e.parquet"), ("n.arrow", "e.pq")])
def test_every_kind_of_file_gives_the_same_graph(tmp_path: Path, names: tuple[str, str]) -> None:
    if names[0].endswith(".arrow"):
        tables = company()
        tables.write(tmp_path, "n.parquet", "e.pq")

        pa.feather.write_feather(pa.table(tables.nodes), tmp_path / "n.arrow")
        settings = {**tables.write(tmp_path, "n.parquet", "e.pq"), "nodes": tmp_path / "n.arrow"}
        found = read_tables(FitConfig(**settings).resolve(240))
    else:
        found = read(tmp_path, company(), names)
    expected = read(tmp_path / "other", company())
    assert found.bare.digest == expected.bare.digest
    assert torch.equal(found.keys["id"], expected.keys["id"])
    assert found.edges.dangling == 1
    assert found.edges.kept == found.edges.given - 1
    assert found.features.column_names == ["text", "price", "country", "verified", "joined"]


def test_labels_are_of_the_rows_that_have_one(tmp_path: Path) -> None:
    tables = company()
    found = read(tmp_path, tables)
    assert found.task.output_names == ("blue", "green", "red")
    known = np.array([kind is not None for kind in tables.nodes["kind"]])
    np.testing.assert_array_equal(found.labels.numpy() >= 0, known)
    assert found.labels.numpy()[known].tolist() == (np.arange(240) % 3)[known].tolist()


def test_ids_of_a_csv_are_as_they_are_written(tmp_path: Path) -> None:
    ids = np.array([f"{number:03d}" for number in range(240)], dtype=object)
    tables = with_column("page", ids)._replace(edges={"a": ids[:-1], "b": ids[1:]})
    found = read(tmp_path, tables)
    assert found.id_type == "string"
    assert found.ids.shown(7) == "'007'"
    assert found.edges.dangling == 0


@pytest.mark.parametrize("names", [("n.parquet", "e.csv"), ("n.csv", "e.parquet")])
def test_ids_of_a_csv_are_numbers_beside_numbers(tmp_path: Path, names: tuple[str, str]) -> None:
    numbers = np.arange(240) * 7
    tables = with_column("page", numbers)._replace(edges={"a": numbers[:-1], "b": numbers[1:]})
    found = read(tmp_path, tables, names)
    assert found.edges.kept == 239
    assert found.keys["id"].tolist() == numbers.tolist()


def test_what_splits_go_by_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, company(), time="joined").keys["time"][1:].diff().abs().max() > 0
    found = read(tmp_path, company(), group="country")
    assert set(found.keys) == {"id", "group"}
    assert "country" not in found.features.column_names


def test_numbers_and_several_labels_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, company(), ("n.parquet", "e.csv"), label="price", task="regression")
    assert found.labels.shape == (240, 1)
    assert 0 < int(found.labels.isnan().sum()) < 40
    tables = with_column("open", pa.array([True, False] * 120))
    found = read(tmp_path, tables, ("n.parquet", "e.csv"), label=["verified", "open"])
    assert found.task.output_names == ("verified", "open")


TWICE = company().nodes["page"].copy()
TWICE[5] = TWICE[0]


@pytest.mark.parametrize(
    ("tables", "changes", "error", "message"),
    [
        (company(), {"id": "pge"}, ConfigError, r"--id: the nodes have no column 'pge'; did you mean 'page'\?"),
        (company(), {"label": "kid"}, ConfigError, r"--label: the nodes have no column 'kid'; did you mean 'kind'\?"),
        (company(), {"label": "page"}, ConfigError, "--label: 'page' is the column of ids"),
        (company(), {"time": "day"}, ConfigError, "--time: the nodes have no column 'day'"),
        (
            company(),
            {"columns": {"prise": "log"}},
            ConfigError,
            r"--column: .*no column 'prise'; did you mean 'price'",
        ),
        (company(), {"columns": {"kind": "drop"}}, ConfigError, "--column: 'kind' is the column of ids or labels"),
        (company(), {"source": "source"}, ConfigError, "source, target: expected both columns of the edges"),
        (company(), {"source": "source", "target": "source"}, ConfigError, "got 'source' for both ends"),
        (
            company(),
            {"source": "src", "target": "target"},
            DataError,
            r"expected a column 'src'; did you mean",
        ),
        (company(), {"label": "text"}, None, ""),
        (with_column("kind", ["red"] * 240), {}, DataError, "at least two classes, got one class, 'red'"),
        (with_column("kind", [["red"]] * 240), {}, DataError, r"got a list in row 'p\d+'; of rows with"),
        (
            with_column("page", TWICE),
            {},
            DataError,
            r"'page' of the nodes: expected each id once, got 'p\d+' .rows 0",
        ),
        (
            company()._replace(edges={"a": ["x"], "b": ["y"]}),
            {},
            DataError,
            "none of which joins two of them: no",
        ),
        (company()._replace(edges={"a": [1], "b": [2]}), {}, DataError, "edges.*(expected text|could not)"),
        (with_column("kind", np.linspace(0, 1, 240)), {}, DataError, "numbers with decimals .*--task regression"),
    ],
)
def test_what_cannot_be_learnt_from_is_named(
    tmp_path: Path, tables: Company, changes: dict[str, Any], error: Any, message: str
) -> None:
    if error is None:
        assert read(tmp_path, tables, ("n.parquet", "e.parquet"), **changes).task.num_outputs > 2
        return
    with pytest.raises(error, match=message):
        read(tmp_path, tables, ("n.parquet", "e.parquet"), **changes)


def test_edges_of_a_node_with_itself_teach_nothing(tmp_path: Path) -> None:
    tables = company()
    ids = tables.nodes["page"][:3]
    found = read(tmp_path, tables._replace(edges={"a": ids, "b": ids}))
    with pytest.raises(DataError, match="between two different nodes, got 3 from a node to itself"):
        _ = found.bare


def test_a_digest_tells_contents_and_of_folders_names(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    one = digest_path(tmp_path / "a")
    assert digest_path(tmp_path / "a" / "x") != one
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    assert digest_path(tmp_path / "a") != one


def test_edges_may_have_weights_and_a_direction(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    tables = company()
    weights = np.random.default_rng(0).uniform(100, 300, len(tables.edges["source"]))
    found = read(tmp_path, tables._replace(edges={**tables.edges, "weight": weights})).bare
    assert found.edge_weight is not None
    assert 100 < float(found.edge_weight.mean()) < 310  # as they are, of which there is nothing to be warned
    assert not recwarn.list
    assert found.num_edges == read(tmp_path / "plain", tables).bare.num_edges
    assert read(tmp_path / "directed", tables, directed=True).bare.directed


def test_no_table_is_read_before_both_are_there(tmp_path: Path) -> None:
    written = company().write(tmp_path, "nodes.csv", "edges.parquet")
    Path(written["edges"]).write_bytes(b"no table")
    with pytest.raises(ConfigError, match=r"nodes: expected a file at .*did you mean 'nodes.csv'"):
        read_tables(FitConfig(**{**written, "nodes": tmp_path / "node.csv"}).resolve(240))
