from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Arrays
from gnn2mlp.data.npz.splits import read_splits

NODES = 6
MASKS = {
    "train": np.array([[1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1]]),
    "val": np.array([[0, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0]]),
    "test": np.array([[0, 0, 0, 1, 1, 0], [1, 0, 1, 0, 0, 0]]),
}
EXPECTED = [{"train": [0, 1], "valid": [2], "test": [3, 4]}, {"train": [4, 5], "valid": [1], "test": [0, 2]}]


def read(labelled: Any = None, **arrays: Any) -> list[dict[str, list[int]]]:
    known = np.ones(NODES, dtype=bool) if labelled is None else np.asarray(labelled)
    splits = read_splits(Arrays({key: np.asarray(values) for key, values in arrays.items()}, "mine"), known)
    return [{part: ids.tolist() for part, ids in split.items()} for split in splits]


def test_no_arrays_no_splits() -> None:
    assert read(x=np.ones(6)) == []


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
@pytest.mark.parametrize("by_column", [False, True])
def test_several_masks_by_which_axis_is_nodes(dtype: type, by_column: bool) -> None:
    masks = {f"{part}_mask": (m.T if by_column else m).astype(dtype) for part, m in MASKS.items()}
    assert read(**masks) == EXPECTED


@pytest.mark.parametrize("shape", [(NODES,), (NODES, 1), (1, NODES)])
def test_one_mask(shape: tuple[int, ...]) -> None:
    assert read(**{f"{part}_mask": masks[0].reshape(shape) for part, masks in MASKS.items()}) == EXPECTED[:1]


@pytest.mark.parametrize("name", ["val", "valid", "validation", "dev"])
@pytest.mark.parametrize("kind", ["{}_mask", "{}_masks", "mask_{}"])
def test_masks_by_their_names(name: str, kind: str) -> None:
    names = {"train": "train", "val": name, "test": "test"}
    assert read(**{kind.format(names[part]): masks for part, masks in MASKS.items()}) == EXPECTED


@pytest.mark.parametrize("kind", ["{}_idx", "{}_ids", "{}_index", "{}_indices", "idx_{}"])
def test_ids_by_their_names(kind: str) -> None:
    ids = {"train": [[0, 1], [4, 5]], "valid": [[2], [1]][:1], "test": [[3, 4], [0, 2]]}
    found = read(**{kind.format(part): values for part, values in ids.items()})
    assert found == [EXPECTED[0], {**EXPECTED[1], "valid": [2]}]


def test_a_column_of_ids_is_one_split() -> None:
    assert read(train_idx=[[0], [1]], test_idx=[[3], [4]]) == [{"train": [0, 1], "test": [3, 4]}]


def test_one_test_set_for_several_splits() -> None:
    test = np.array([0, 0, 0, 1, 0, 0])
    found = read(train_mask=MASKS["train"].T, val_mask=MASKS["val"].T, test_mask=test)
    assert [split["test"] for split in found] == [[3], [3]]
    assert [split["train"] for split in found] == [[0, 1], [4, 5]]


def test_without_test_nodes_other_labelled_ones_are() -> None:
    labelled = [True] * 5 + [False]
    assert read(labelled, train_idx=[0, 1]) == [{"train": [0, 1], "test": [2, 3, 4]}]
    assert read(labelled, train_idx=[0], dev_idx=[2]) == [{"train": [0], "valid": [2], "test": [1, 3, 4]}]


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"train_mask": np.ones(4)}, r"mine: train_mask: expected a value for each of 6 nodes, .* got \(4,\)"),
        ({"train_mask": np.ones((2, 4))}, r"shape \(6,\), \(splits, 6\) or \(6, splits\), got \(2, 4\)"),
        ({"train_mask": np.ones((6, 1, 1))}, r"got \(6, 1, 1\)"),
        ({"train_mask": np.eye(6)}, "as many splits as nodes, so that nothing tells which axis is nodes"),
        ({"train_mask": [0, 1, 2, 3, 4, 5]}, "expected a mask of zeros .* with other values; .* nodes train_idx$"),
        ({"val_masks": [0.5] * 6}, "expected a mask of zeros .* got float64 with other values; .* nodes val_idx$"),
        ({"train_mask": ["yes"] * 6}, "expected a mask of zeros and ones .* with no numbers"),
        ({"train_idx": np.ones(6, dtype=bool)}, "row numbers of nodes, integers, got bool; call a mask train_mask$"),
        ({"train_idx": ["a", "b"]}, "row numbers of nodes, integers, got <U1; write the rows"),
        ({"train_idx": [0.0, 1.0]}, "row numbers of nodes, integers, got float64"),
        ({"train_idx": [0, 6]}, r"mine: train_idx: node ids must lie in 0\.\.5, got 0\.\.6"),
        ({"train_idx": [-1, 2]}, r"node ids must lie in 0\.\.5, got -1\.\.2"),
        ({"train_idx": [[0, 1], [2, 3], [4, 5]]}, r"3 splits of 2 nodes if read as \(splits, ids\); transpose"),
        ({"train_idx": np.zeros((1, 1, 2), int)}, r"shape \(ids,\) or \(splits, ids\), got \(1, 1, 2\)"),
        ({"train_idx": [0], "train_mask": MASKS["train"]}, "the train nodes in one array, got train_idx and train_ma"),
        ({"val_mask": MASKS["val"], "valid_idx": [0]}, "the valid nodes in one array, got val_mask and valid_idx"),
        ({"test_mask": MASKS["test"]}, "as many training as validation and test sets, got {'test': 2}"),
        (
            {"train_mask": MASKS["train"], "test_idx": [[0, 1, 2], [0, 1, 2], [0, 1, 2]]},
            "as many training as validation and test sets, got {'train': 2, 'test': 3}",
        ),
    ],
)
def test_what_is_neither_masks_nor_ids_is_refused(arrays: dict[str, Any], match: str) -> None:
    with pytest.raises(DataError, match=match):
        read(**arrays)
