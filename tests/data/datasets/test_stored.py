from pathlib import Path

import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import DATASETS, load_dataset, save_data
from tests.helpers import tiny_graph


def test_it_is_found_in_the_data_root_and_checked_against_its_digest(tmp_path: Path) -> None:
    graph = tiny_graph()
    save_data(tmp_path / "left.safetensors", graph)
    for spec, root in (("left.safetensors", tmp_path), (str(tmp_path / "left.safetensors"), None)):
        assert load_dataset(Spec("stored", path=spec, digest=graph.digest), root).digest == graph.digest
    with pytest.raises(DataError, match=rf"expected data of the digest 0000 in .*, got {graph.digest}"):
        load_dataset(Spec("stored", path=str(tmp_path / "left.safetensors"), digest="0000"))
    with pytest.raises(DataError, match="expected a data set at absent, found none|expected a data set at absent or"):
        load_dataset(Spec("stored", path="absent"))
    (tmp_path / "other").write_text("x")
    with pytest.raises(DataError, match="not a readable artefact"):
        load_dataset(Spec("stored", path=str(tmp_path / "other")))


def test_it_cites_whom_the_data_cited() -> None:
    told = Spec("stored", path="x", cite="Someone et al., 2020").build(DATASETS)
    assert told.citation == "Someone et al., 2020"
    assert Spec("stored", path="x").build(DATASETS).citation == DATASETS.get("stored").citation
    assert told.spec().build(DATASETS) == told
