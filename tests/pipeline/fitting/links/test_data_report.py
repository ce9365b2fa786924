"""What is in tables of links."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.pipeline import LinkFitConfig, fit
from tests.company import Company
from tests.linked_tables import link_settings, linked_tables


def report(tmp_path: Path, tables: Company | None = None, **changes: Any) -> dict[str, Any]:
    found = fit(LinkFitConfig(**link_settings(tmp_path, tables, **changes)), dry_run=True)
    assert found.out is None
    return dict(found.results["data"])


def test_counts_are_those_of_the_tables(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert found["nodes"] == {"file": "nodes.csv", "rows": 160, "id": "page", "id_type": "string"}
    split, linked = found["split"], found["edges"]["linked_pairs"]
    assert split["train"] + split["valid"] + split["test"] == linked
    assert split["pairs"] == {"overall": split["test"]}
    assert [column["name"] for column in found["columns"]] == ["text", "price", "country", "verified", "joined"]


def test_in_production_links_are_told_by_their_ends(tmp_path: Path) -> None:
    found = report(tmp_path, time="joined", split={"name": "edges", "new_nodes": 0.3})
    split = found["split"]
    assert (split["by"], split["column"], split["setting"]) == ("time", "joined", "production")
    assert split["pairs"]["overall"] == sum(split["pairs"][name] for name in ("old-old", "old-new", "new-new"))
    assert split["new"] > 0
    (dropped,) = [column for column in found["columns"] if column["name"] == "joined"]
    assert dropped["encoder"] == "drop"


def test_what_is_worth_a_word_has_a_remedy(tmp_path: Path) -> None:
    tables = linked_tables()
    few = Company(tables.nodes, {end: column[:60] for end, column in tables.edges.items()})
    told = {one["what"]: one["remedy"] for one in report(tmp_path, few)["warnings"]}
    (train,) = [what for what in told if "links train" in what]
    assert "split.test=0.05" in told[train]
    assert any("rows have no edge" in what for what in told)
    (tested,) = [what for what in told if what.startswith("few test links")]
    assert "split.test=0.2" in told[tested]
    assert any("too few for Hits@50" in what for what in told)


def test_encoders_have_not_seen_new_nodes(tmp_path: Path) -> None:
    """A word that new nodes alone have is no feature, so that the report has as many without it."""
    tables = linked_tables()
    newest = tables.nodes["joined"].is_valid().to_numpy(zero_copy_only=False) & (np.arange(160) >= 155)
    text = [f"{one} brandnew" if new else one for new, one in zip(newest, tables.nodes["text"], strict=True)]
    other = Company({**tables.nodes, "text": text}, tables.edges)
    settings = {"time": "joined", "split": {"name": "edges", "new_nodes": 0.1}}
    assert report(tmp_path, other, **settings)["features"] == report(tmp_path / "b", tables, **settings)["features"]


def test_columns_that_tell_no_rows_apart_are_refused(tmp_path: Path) -> None:
    tables = linked_tables()
    alike = Company({"page": tables.nodes["page"], "same": ["x"] * 160}, tables.edges)
    with pytest.raises(DataError, match="expected"):
        report(tmp_path, alike)
