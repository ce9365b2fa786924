import warnings

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.npz.arrays import Arrays
from gnn2mlp.data.npz.unread import check_unread

SIZES = {"nodes": 3, "classes": 2}


def check(**arrays: np.ndarray) -> dict[str, int]:
    return check_unread(Arrays(arrays, "mine"), SIZES)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("stopping_mask", "splits"),
        ("validate_split", "splits"),
        ("train", "splits"),
        ("test_nodes", "splits"),
        ("trainMask", "splits"),
        ("edge_weight", "links"),
        ("edge_attr", "links"),
        ("adj_norm", "links"),
        ("sample_weights", "links"),
        ("y2", "labels"),
        ("true_labels", "labels"),
        ("target", "labels"),
        ("x_extra", "features"),
        ("feat_nodes", "features"),
    ],
)
def test_what_looks_like_a_part_of_the_data_is_refused(key: str, kind: str) -> None:
    with pytest.raises(DataError, match=rf"mine: the array {key} looks like {kind}, .*dataset.ignore=\[{key}\]"):
        check(**{key: np.ones(3)})


def test_what_was_read_passes() -> None:
    arrays = Arrays({"train_mask": np.ones(3)}, "mine")
    _ = arrays["train_mask"]
    assert check_unread(arrays, SIZES) == {}


def test_all_else_is_named() -> None:
    with pytest.warns(DataWarning, match="mine: views, comment of the file not used; to learn from views, add columns"):
        notes = check(views=np.ones(3), comment=np.array("by hand"))
    assert notes == {"unused array views": 3, "unused array comment": 1}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("node_names", np.array(["a", "b", "c"])),
        ("hyperedge_names", np.array(["e"])),
        ("num_nodes", np.array(3)),
        ("num_classes", np.array([2])),
        ("num_edges", np.array(12)),
    ],
)
def test_names_and_sizes_pass_without_a_word(key: str, values: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check(**{key: values}) == {}


def test_a_size_that_is_another_is_refused() -> None:
    with pytest.raises(DataError, match="mine: num_nodes says 4, the other arrays have 3 nodes; correct one"):
        check(num_nodes=np.array(4))
