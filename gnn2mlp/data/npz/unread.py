"""What a file holds and nobody has read: refused where it may change what is learnt, named in any case."""

import re
import warnings

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.npz.arrays import Array, Arrays

# Words in the name of an array that most likely says who trains, what is predicted, or what links the nodes.
_TELLING = {
    "splits": {"mask", "masks", "idx", "split", "splits", "train", "val", "valid", "validation", "dev", "test"},
    "labels": {"y", "label", "labels", "target", "targets", "class", "classes"},
    "links": {"edge", "edges", "hyperedge", "hyperedges", "adj", "adjacency", "weight", "weights"},
    "features": {"x", "feature", "features", "feat", "feats", "attr", "attributes"},
}
_NAMES = re.compile("(node|hyperedge|edge|relation)_names?")
_READ = {
    "splits": "train_mask, val_mask and test_mask, or train_idx, val_idx and test_idx",
    "labels": "y, class_names and sample_weight",
    "links": "edge_index with edge_weight, adj, or hyperedge_index with hyperedge_weight",
    "features": "x or its CSR parts, and feature_names",
}


def check_unread(arrays: Arrays, sizes: dict[str, int]) -> dict[str, int]:
    """Warn of arrays that nobody has read; those that only state a size or name things pass.

    Args:
        arrays: of the file, after all that is known has been read.
        sizes: how many nodes and classes there are, by their plural.

    Returns:
        Notes for the data set: how many values each unread array has.

    Raises:
        DataError: for an array that looks like a split, labels, links or features, and for a size that is another.
    """
    unread = []
    for key in arrays.unread:
        values = arrays[key]
        if _says_size(key, values, sizes, arrays.name) or (_NAMES.fullmatch(key) and values.dtype.kind in "SU"):
            continue
        if kind := _looks_like(key):
            raise DataError(
                f"{arrays.name}: the array {key} looks like {kind}, and is none that is read ({_READ[kind]}); rename "
                f"or remove it, or set dataset.ignore=[{key}] to do without it"
            )
        unread.append(key)
    if unread:
        columns = [key for key in unread if arrays[key].shape[:1] == (sizes["nodes"],)]
        advice = f"; to learn from {' and '.join(columns)}, add columns to x" if columns else ""
        warnings.warn(f"{arrays.name}: {', '.join(unread)} of the file not used{advice}", DataWarning, stacklevel=2)
    return {f"unused array {key}": arrays[key].size for key in unread}


def _says_size(key: str, values: Array, sizes: dict[str, int], name: str) -> bool:
    what = key.lower().removeprefix("num_").removeprefix("n_")
    if values.size != 1 or values.dtype.kind not in "iuf" or what == key.lower():
        return False
    if sizes.get(what, values.item()) != values.item():
        raise DataError(f"{name}: {key} says {values.item()}, the other arrays have {sizes[what]} {what}; correct one")
    return True


def _looks_like(key: str) -> str | None:
    words = set(re.split("[^a-z]+", re.sub("([a-z])([A-Z])", r"\1_\2", key).lower()))
    return next((kind for kind, telling in _TELLING.items() if words & telling), None)
