import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS
from gnn2mlp.nn.csr import compute_form, gather
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.encoding import encode, observed_rows
from gnn2mlp.pipeline.fitting.tables import read_tables
from tests.company import Company, company


def prepared(tmp_path: Path, tables: Company, **changes: Any) -> Any:
    config = FitConfig(**{**tables.write(tmp_path, "n.parquet", "e.parquet"), **changes}).resolve(240)
    return config, read_tables(config)


def test_no_row_that_training_does_not_see_has_an_influence(tmp_path: Path) -> None:
    config, tables = prepared(tmp_path, company())
    split = Spec("hash", train=0.5, valid=0.2).build(SPLITTERS).split(tables.bare, 0, "inductive", 0.5)
    rows = observed_rows(split, 240)
    assert rows.size == 240 - split.unseen.numel()
    other = company()
    for row in split.unseen.tolist():
        other.nodes["text"][row] = "zebra zebra"
        other.nodes["country"][row] = "ATLANTIS"
    _, changed = prepared(tmp_path / "other", other)
    found, again = encode(config, tables, rows), encode(config, changed, rows)
    assert found.encoder.facts() == again.encoder.facts()
    assert found.graph.num_features == found.encoder.num_features > 10
    assert found.graph.feature_names is None
    ids = torch.from_numpy(rows)
    one, other_rows = (compute_form(gather(each.graph.features, ids)) for each in (found, again))
    assert fingerprint(one) == fingerprint(other_rows)


def test_no_edge_that_training_does_not_see_moves_the_weights_of_others(tmp_path: Path) -> None:
    plain = company()
    ids = {page: row for row, page in enumerate(plain.nodes["page"])}
    ends = [np.array([ids.get(page, -1) for page in plain.edges[name]]) for name in ("source", "target")]
    rows = np.arange(160)
    inside = np.logical_and(*((end >= 0) & (end < 160) for end in ends))
    assert inside.any()
    assert not inside.all()
    weights = np.random.default_rng(0).uniform(100, 300, len(inside))

    def encoded(name: str, given: np.ndarray) -> Any:
        tables = plain._replace(edges={**plain.edges, "weight": given})
        graph = encode(*prepared(tmp_path / name, tables), rows).graph
        observed = (graph.edge_index < 160).all(dim=0)
        return graph.edge_weight[observed], graph.edge_weight[~observed]

    seen, unseen = encoded("one", weights)
    again, changed = encoded("other", np.where(inside, weights, 7 * weights))
    assert torch.equal(seen, again)
    assert float(changed.mean()) > 6 * float(unseen.mean())
    assert float(seen.mean()) == pytest.approx(1, rel=1e-6)


def test_weights_that_are_all_alike_say_nothing(tmp_path: Path) -> None:
    tables = company()
    plain = tables._replace(edges={**tables.edges, "weight": np.full(len(tables.edges["source"]), 200.0)})
    assert encode(*prepared(tmp_path / "plain", tables)).graph.edge_weight is None
    assert encode(*prepared(tmp_path / "alike", plain)).graph.edge_weight is None


def test_encoders_may_be_named(tmp_path: Path) -> None:
    config, tables = prepared(tmp_path, company(), columns={"price": "log", "text": "drop"})
    names = {column.name: column.encoder.name for column in encode(config, tables).encoder.columns}
    assert names["price"] == "log"
    assert names["text"] == "drop"
    config, tables = prepared(tmp_path, company(), columns={"text": "log"})
    with pytest.raises(ConfigError, match="the encoder 'log' reads .*, and column 'text' holds text"):
        encode(config, tables)


def test_what_is_warned_of_is_collected(tmp_path: Path) -> None:
    tables = company()
    tables.nodes["order_id"] = np.arange(240)
    config, read = prepared(tmp_path, tables)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = encode(config, read)
    assert len(found.warnings) == 1
    assert "order_id" in found.warnings[0]


def test_a_row_that_cannot_be_read_is_named_by_its_id(tmp_path: Path) -> None:
    tables = company()
    prices = np.ones(240)
    prices[::2] = 2
    prices[3] = np.inf
    tables.nodes["size"] = prices
    config, read = prepared(tmp_path, tables)
    with pytest.raises(DataError, match=f"size.*{tables.nodes['page'][3]}"):
        encode(config, read)
