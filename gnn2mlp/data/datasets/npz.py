"""Any graph or hypergraph in one `.npz` file of plain arrays."""

from collections.abc import Collection, Sequence
from pathlib import Path

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._features import constructed
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.npz import read_npz
from gnn2mlp.data.npz.features import Form
from gnn2mlp.data.npz.targets import Target


class Npz(Dataset):
    """Your own graph or hypergraph: an `.npz` file with features, labels, and edges or hyperedges.

    Arrays read, by any of the names:

    - features: `x`, `node_features` or `features` (nodes, features), or CSR parts `x_data`, `x_indices`, `x_indptr`,
      `x_shape` (or `attr_data`, ...); `feature_names` (features,);
    - labels: `y`, `labels` or `node_labels` (nodes,) as integers, whole floats, booleans or text; -1, NaN and the empty
      text are unlabelled; `class_names` (classes,); `sample_weight` (nodes,), how much each label counts;
    - edges: `edge_index` or `edges`, (2, edges) or (edges, 2), with `edge_weight` (edges,), or a square adjacency
      matrix, `adj` or its CSR parts, of weights where its numbers are not whole; where ends are ids, `node_ids`
      (nodes,) lists the id of each row; `directed`, true where edges go from source (first end, row of the matrix) to
      target alone;
    - hyperedges in their place: `hyperedge_index` (2, incidences), node above hyperedge, or one such array for each
      relation, `hyperedge_index_<relation>`, with `hyperedge_weight` (hyperedges,) or `hyperedge_weight_<relation>`;
    - texts: `texts` (nodes,), what each node says, for teachers and inputs that read it;
    - published splits: `train_mask`, `val_mask`, `test_mask` of shape (nodes,), (splits, nodes) or (nodes, splits), or
      row numbers `train_idx`, `val_idx`, `test_idx` of shape (ids,) or (splits, ids); also as `valid`, `validation` or
      `dev`, and in the plural. Without test nodes every other labelled node is test. Without any the default split is
      `fraction`.

    An array beside these that looks like a split, labels, links or features is refused; any other is named in a
    warning and in the notes of the data.

    Args:
        path: of the file; a relative one is looked up in the working directory, then in the data root.
        relations: of a hypergraph, those that are read, stacked in this order; default: all, as the file has them.
        features: `"own"`, those of the file; `"codes"`, those of the file as integers that name categories, one-hot
            encoded by column; or constructed ones, `"degree"`, `"one_hot"` (the node's number),
            `"noisy_labels"` or `"words"` (of the nodes' texts).
        noise: standard deviation of the noise in noisy labels.
        ignore: arrays of the file that are to be left out.
        target: what the labels are: `"classes"`; `"labels"`, (nodes, labels) of 1, 0 and NaN, of which a node may have
            several; or `"numbers"`, (nodes,) or (nodes, targets), NaN where unknown. `label_names` calls the columns.
            `"links"`: links are to be predicted, and labels need not be there.
        directed: whether edges go from source to target alone; default: as the file says, else both ways.
        texts: a text file, also as `.gz`, with a line for each node, in place of the array `texts`; looked up as `path`
            is.
    """

    name = "npz"
    citation = "the publication of the file"
    split = Spec("own", otherwise=Spec("fraction"))

    def __init__(
        self,
        path: str,
        relations: tuple[str, ...] | None = None,
        features: Form = "own",
        noise: float = 1.0,
        ignore: tuple[str, ...] = (),
        target: Target = "classes",
        directed: bool | None = None,
        texts: str | None = None,
    ):
        self.path = path
        self.relations = relations
        self.features = features
        self.noise = noise
        self.ignore = ignore
        self.target = target
        self.directed = directed
        self.texts = texts
        check_at_least("dataset", 0, noise=noise)

    def load(self, files: RawFiles) -> NodeData:
        """Read and validate the arrays."""
        path = _find(self.path, files, "an .npz file")
        how = self.relations, self.features, self.noise, self.ignore, self.target, self.directed
        texts = None if self.texts is None else _find(self.texts, files, "a text file")
        return from_npz(path, path.stem, *how, texts)


def _find(path: str, files: RawFiles, what: str) -> Path:
    places = [user_path(path, "dataset")]
    if files.root is not None:
        places.append(files.root / path)
    for place in places:
        if place.is_file():
            return place
    raise DataError(f"expected {what} at {' or '.join(map(str, places))}, found none; correct the path")


def from_npz(
    path: Path,
    name: str,
    relations: Sequence[str] | None = None,
    features: Form = "own",
    noise: float = 1.0,
    ignore: Collection[str] = (),
    target: Target = "classes",
    directed: bool | None = None,
    text_file: Path | None = None,
) -> NodeData:
    """The graph or hypergraph in a file, with the features that are asked for; arguments as in `Npz`."""
    data = read_npz(path, name, relations, features, ignore, target, directed, text_file)
    return data if features == "own" or features == "codes" else constructed(data, features, noise)
