from pathlib import Path

import numpy as np

from gnn2mlp.data.datasets import load_dataset


def test_word_counts_become_binary(data_root: Path) -> None:
    with np.load(data_root / "Coauthor/CS/raw/ms_academic_cs.npz") as raw:
        assert raw["attr_data"].max() > 1
        stored = raw["attr_data"].size
    graph = load_dataset("coauthor-cs", data_root)
    assert graph.features.values.unique().tolist() == [1.0]
    assert graph.features.nnz == stored
