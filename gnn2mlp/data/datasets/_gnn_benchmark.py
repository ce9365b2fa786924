"""Raw files of the gnn-benchmark collection: CSR parts of adjacency and attributes in one `.npz`."""

from dataclasses import replace

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.npz.arrays import csr_from_parts, csr_keys, read_arrays, texts

URL = "https://github.com/shchur/gnn-benchmark/raw/master/data/npz/"
_READ = (*csr_keys("adj"), *csr_keys("attr"), "labels", "class_names", "node_names")


def read_gnn_benchmark(
    files: RawFiles, relative: str, name: str, binary: bool = False, url: str | None = None
) -> GraphData:
    """Read `relative`; features stay sparse from file to model.

    Args:
        files: where raw files are.
        relative: path in the data root; its last part is the name in the collection.
        name: of the data set.
        binary: replace positive feature values by 1, as `torch_geometric.datasets` does for this collection.
        url: of the file, where it is not from the collection but has its layout.

    Raises:
        DataError: if the file is missing, damaged or of another layout.
    """
    path = files.fetch(relative, url or URL + relative.rsplit("/", 1)[-1])
    # Names of nodes and words in some files are Python objects, and nothing here needs them.
    arrays = read_arrays(path, name, _READ)
    if "labels" not in arrays:
        raise DataError(f"{name}: {path} is no gnn-benchmark file; expected adj_*, attr_* and labels, got no labels")
    attributes = csr_from_parts(arrays, "attr")
    if binary:
        attributes.data = np.where(attributes.data > 0, np.float32(1), attributes.data)
    pairs = np.stack(csr_from_parts(arrays, "adj").nonzero())
    graph = graph_from_arrays(
        attributes,
        arrays["labels"],
        pairs,
        name=name,
        class_names=texts(arrays["class_names"], f"{name}: class_names") if "class_names" in arrays else None,
    )
    names = texts(arrays["node_names"], f"{name}: node_names") if "node_names" in arrays else None
    return graph if names is None else replace(graph, node_names=np.array(names))
