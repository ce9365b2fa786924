"""Raw files of the gnn-benchmark collection: CSR parts of adjacency and attributes in one `.npz`."""

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays

URL = "https://github.com/shchur/gnn-benchmark/raw/master/data/npz/"


def read_gnn_benchmark(files: RawFiles, relative: str, name: str, binary: bool = False) -> GraphData:
    """Read `relative`; features stay sparse from file to model.

    Args:
        files: where raw files are.
        relative: path in the data root; its last part is the name in the collection.
        name: of the data set.
        binary: replace positive feature values by 1, as `torch_geometric.datasets` does for this collection.
    """
    path = files.fetch(relative, URL + relative.rsplit("/", 1)[-1])
    try:
        with np.load(path, allow_pickle=False) as raw:
            adjacency, attributes = (
                sp.csr_matrix(tuple(raw[f"{p}_{a}"] for a in ("data", "indices", "indptr")), shape=raw[f"{p}_shape"])
                for p in ("adj", "attr")
            )
            labels = raw["labels"]
            class_names = raw["class_names"] if "class_names" in raw else None
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{name}: {path} is not a gnn-benchmark file ({error}); expected adj_*, attr_* and labels") from error
    if binary:
        attributes.data[attributes.data > 0] = 1
    pairs = np.stack(adjacency.nonzero())
    names = tuple(map(str, class_names)) if class_names is not None else None
    return graph_from_arrays(attributes, labels, pairs, name=name, class_names=names)
