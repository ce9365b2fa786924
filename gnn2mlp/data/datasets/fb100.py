"""Friendships of students on Facebook in 2005, in the form in which Lim et al. predict their gender."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.npz.arrays import read_arrays

URL = "https://github.com/CUAI/Non-Homophily-Large-Scale/raw/master/data/facebook100/"
# Columns of the files; 0 is "missing" in each.
COLUMNS = ("status", "gender", "major", "second_major_minor", "dorm_house", "year", "high_school")


class _Fb100(Dataset):
    """Students of a university; every column but gender is one-hot encoded, what is missing as a value of its own.

    Read from the published `.mat` file, or from `fb100/<file>.npz` (`edge_index`, `metadata`) where the data root holds
    it. Students of unknown gender are unlabelled. The source repository states no licence. No split is published; half
    of the labels train, a quarter validates, as in Lim et al.
    """

    split = Spec("fraction", train=0.5, valid=0.25)
    citation = "Traud et al., Social structure of Facebook networks, Physica A 2012; Lim et al., NeurIPS 2021"
    file: ClassVar[str]
    raw: ClassVar[str]

    def load(self, files: RawFiles) -> GraphData:
        """Read, symmetrise and drop self-loops."""
        npz = f"fb100/{self.file}.npz"
        edges, table = (
            self._of_npz(files.fetch(npz, None))
            if files.has(npz)
            else self._of_mat(files.fetch(f"fb100/raw/{self.raw}.mat", f"{URL}{self.raw}.mat"))
        )
        if table.ndim != 2 or table.shape[1] != len(COLUMNS):
            raise DataError(f"{self.name}: expected the columns {', '.join(COLUMNS)}, got shape {table.shape}")
        gender = COLUMNS.index("gender")
        features, names = _one_hot(np.delete(table, gender, axis=1), [c for c in COLUMNS if c != "gender"])
        return graph_from_arrays(
            features, table[:, gender].astype(np.int64) - 1, edges, name=self.name, feature_names=names
        )

    def _of_npz(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        arrays = read_arrays(path, self.name)
        for key in ("edge_index", "metadata"):
            if key not in arrays:
                raise arrays.missing("friendships and properties", "edge_index and metadata")
        return arrays["edge_index"], arrays["metadata"]

    def _of_mat(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        from scipy.io import loadmat

        try:
            content = loadmat(path)
            return np.stack(content["A"].nonzero()), content["local_info"].astype(np.int64)
        except (ValueError, KeyError, NotImplementedError, OSError) as error:  # scipy: newer MATLAB files are HDF5
            raise DataError(f"{self.name}: expected the arrays A and local_info in {path}, got: {error}") from error


def _one_hot(table: np.ndarray, names: list[str]) -> tuple[Any, list[str]]:
    """Every value of every column as a column of its own (sparse), and what those are called."""
    from scipy.sparse import csr_matrix, hstack

    blocks, called = [], []
    for column, name in zip(table.T, names, strict=True):
        values, code = np.unique(column, return_inverse=True)
        ones = np.ones(len(code), dtype=np.float32)
        blocks.append(csr_matrix((ones, (np.arange(len(code)), code.ravel())), shape=(len(code), len(values))))
        called += [f"{name}={value}" for value in values]
    return hstack(blocks, format="csr"), called


class Reed98(_Fb100):
    """962 students of Reed College, 18,812 friendships, 745 values of 6 properties, 2 genders, 97 unknown."""

    name = "fb100-reed"
    file = "reed98"
    raw = "Reed98"


class Amherst41(_Fb100):
    """2,235 students of Amherst College, 90,954 friendships, 1,193 values of 6 properties, 2 genders, 203 unknown."""

    name = "fb100-amherst"
    file = "amherst41"
    raw = "Amherst41"


class JohnsHopkins55(_Fb100):
    """5,180 students of Johns Hopkins, 186,586 friendships, 2,406 values of 6 properties, 2 genders, 418 unknown."""

    name = "fb100-hopkins"
    file = "johnshopkins55"
    raw = "Johns Hopkins55"


class Cornell5(_Fb100):
    """18,660 students of Cornell, 790,777 friendships, 4,735 values of 6 properties, 2 genders, 1,838 unknown."""

    name = "fb100-cornell"
    file = "cornell5"
    raw = "Cornell5"
