"""Tables of nodes and edges without labels."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.pipeline import LinkFitConfig
from gnn2mlp.pipeline.fitting.links.tables import LinkTables, later_nodes, read_link_tables
from tests.company import Company
from tests.linked_tables import link_settings, linked_tables


def read(tmp_path: Path, tables: Company | None = None, **changes: Any) -> LinkTables:
    config = LinkFitConfig(**link_settings(tmp_path, tables, **changes)).resolve(160)
    return read_link_tables(config)


def later(tmp_path: Path, tables: Company | None = None, **changes: Any) -> torch.Tensor | None:
    config = LinkFitConfig(**link_settings(tmp_path, tables, **changes)).resolve(160)
    return later_nodes(config, read_link_tables(config))


def test_edges_are_read_without_labels_in_one_direction_or_both(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.features.column_names == ["text", "price", "country", "verified", "joined"]
    assert bool(found.bare.labels.isnan().all())
    assert found.bare.task.name == "link"
    tables = linked_tables()
    both = {end: np.concatenate([tables.edges[end], tables.edges[other]]) for end, other in (("source", "target"),) * 2}
    both["target"] = np.concatenate([tables.edges["target"], tables.edges["source"]])
    both["source"] = np.concatenate([tables.edges["source"], tables.edges["target"]])
    again = read(tmp_path / "both", Company(tables.nodes, both))
    assert torch.equal(again.bare.edge_index, found.bare.edge_index)


def test_what_is_no_edge_is_left_out_and_counted(tmp_path: Path) -> None:
    tables = linked_tables()
    ids = tables.nodes["page"]
    ends = {
        "source": np.append(tables.edges["source"], [ids[0], ids[0], tables.edges["source"][0]]),
        "target": np.append(tables.edges["target"], ["gone", ids[0], tables.edges["target"][0]]),
    }
    found, expected = read(tmp_path, Company(tables.nodes, ends)), read(tmp_path / "other")
    assert (found.edges.dangling, found.edges.self_loops) == (1, 1)
    assert found.edges.duplicate == expected.edges.duplicate + 1
    assert torch.equal(found.bare.edge_index, expected.bare.edge_index)


def test_weights_are_those_of_messages(tmp_path: Path) -> None:
    tables = linked_tables()
    weight = np.random.default_rng(0).random(len(tables.edges["source"])) + 0.5
    found = read(tmp_path, Company(tables.nodes, {**tables.edges, "weight": weight}))
    assert found.bare.edge_weight is not None


def test_new_nodes_are_hashed_and_stay_new_when_the_table_grows(tmp_path: Path) -> None:
    assert later(tmp_path) is None
    tables, grown = linked_tables(120), linked_tables(160)
    few = later(tmp_path / "few", tables, setting="production", split={"name": "edges", "new_nodes": 0.3})
    assert few is not None
    assert 0.15 < len(few) / 120 < 0.45
    ids = grown.nodes["page"].copy()
    ids[:120] = tables.nodes["page"]
    ids[120:] = [f"x{row}" for row in range(40)]
    places = {one: ids[row] for row, one in enumerate(grown.nodes["page"])}
    edges = {end: np.array([places[one] for one in column], dtype=object) for end, column in grown.edges.items()}
    more = later(
        tmp_path / "more",
        Company({**grown.nodes, "page": ids}, edges),
        setting="production",
        split={"name": "edges", "new_nodes": 0.3},
    )
    assert more is not None
    assert more[more < 120].tolist() == few.tolist()


def test_the_newest_nodes_are_new(tmp_path: Path) -> None:
    found = later(tmp_path, time="joined", split={"name": "edges", "new_nodes": 0.2})
    assert found is not None
    joined = np.arange(160)
    assert 0.1 < len(found) / 160 <= 0.2
    assert found.min() > joined[120]
    tables = linked_tables()
    same = Company({**tables.nodes, "joined": np.full(160, 3)}, tables.edges)
    with pytest.raises(DataError, match="expected some that come later, got none.*--time joined"):
        later(tmp_path / "same", same, time="joined")


def test_mistakes_are_told_in_a_sentence(tmp_path: Path) -> None:
    tables = linked_tables()
    ids = tables.nodes["page"]
    with pytest.raises(DataError, match="expected columns beside 'page', got none: a predictor without a graph"):
        read(tmp_path / "bare", Company({"page": ids}, tables.edges))
    with pytest.raises(DataError, match="there is no link to learn"):
        read(tmp_path / "loops", Company(tables.nodes, {"source": ids, "target": ids})).bare  # noqa: B018
    with pytest.raises(DataError, match="none of which joins two of them"):
        read(tmp_path / "gone", Company(tables.nodes, {"source": ["x1"], "target": ["x2"]}))
    with pytest.raises(ConfigError, match="--time: the nodes have no column 'join'.*did you mean 'joined'"):
        read(tmp_path / "time", time="join")
    with pytest.raises(ConfigError, match="--time: 'page' is the column of ids"):
        read(tmp_path / "id", time="page")
    with pytest.raises(ConfigError, match="--column: 'page' is the column of ids"):
        read(tmp_path / "column", columns={"page": "category"})
    twice = Company({**tables.nodes, "page": pa.array(["a"] * 160)}, tables.edges)
    with pytest.raises(DataError, match="expected each id once"):
        read(tmp_path / "twice", twice)
