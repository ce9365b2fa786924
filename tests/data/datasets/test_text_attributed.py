import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets import load_dataset
from gnn2mlp.nn.csr import CSR

# In ten texts stands "graph", in all of them "paper", and "rare" in nine.
LINES = ["paper graph rare"] * 9 + ["paper graph"] + ["paper"]
EDGES = np.array([[0, 1, 1], [1, 0, 2]])


def written(root: Path, file: str = "cora_cane", lines: list[str] = LINES, **arrays: Any) -> Path:
    folder = root / "text_attributed" / file
    folder.mkdir(parents=True)
    np.savez(folder / "graph.npz", **arrays)
    (folder / "text.txt.gz").write_bytes(gzip.compress("\n".join([*lines, ""]).encode()))
    return root


def test_features_are_words_and_texts_are_kept(tmp_path: Path) -> None:
    graph = load_dataset("cora-cane", written(tmp_path, edge_index=EDGES, y=[0, 1, -1] + [0] * 8))
    assert graph.texts == tuple(LINES)
    assert graph.feature_names == ("graph", "paper")
    assert isinstance(graph.features, CSR)
    assert graph.features.to_dense()[-2:].tolist() == [[1, 1], [0, 1]]
    assert graph.labels[:3].tolist() == [0, 1, -1]
    assert graph.sizes["edges"] == 2


def test_without_classes_links_are_predicted(tmp_path: Path) -> None:
    graph = load_dataset("hepth-cane", written(tmp_path, "hepth_cane", edge_index=EDGES))
    assert graph.task.unit == "pair"
    assert graph.texts == tuple(LINES)


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected citations in the arrays edge_index; the file has y"):
        load_dataset("cora-cane", written(tmp_path / "a", y=[0] * 11))
    with pytest.raises(DataError, match="expected labels in the arrays y; the file has edge_index"):
        load_dataset("cora-cane", written(tmp_path / "b", edge_index=EDGES))
    with pytest.raises(DataError, match="expected one label per node"):
        load_dataset("cora-cane", written(tmp_path / "c", edge_index=EDGES, y=[0]))
    with pytest.raises(DataError, match="expected a word in at least 10 texts, found none"):
        load_dataset("cora-cane", written(tmp_path / "d", lines=["a word"] * 3, edge_index=EDGES, y=[0] * 3))


def test_without_a_data_root_it_says_how_to_get_the_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cora_cane/graph.npz has no public download; pass the folder that holds it"):
        load_dataset("cora-cane", cache=tmp_path)
