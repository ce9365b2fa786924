"""Papers that cite each other, with their abstracts: the sets of CANE."""

from typing import ClassVar

import numpy as np

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.datasets._features import words_of
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.npz.arrays import Arrays, read_arrays
from gnn2mlp.data.npz.node_texts import read_lines
from gnn2mlp.tasks import LinkPrediction, Task


class _Cane(Dataset):
    """`text_attributed/<file>/graph.npz` (`edge_index`, perhaps `y`) and `text.txt.gz`, a line for each node.

    Features are the words that at least ten of the texts have; the texts themselves are in `texts`. Citations count in
    both directions. What is public (github.com/thunlp/CANE, MIT, `datasets/`) are text files: write these two from it,
    and pass the folder above `text_attributed` as --data-root.
    """

    split = Spec("cpf")
    has_texts = True
    citation = "Tu et al., CANE: Context-Aware Network Embedding for Relation Modeling, ACL 2017"
    file: ClassVar[str]

    def load(self, files: RawFiles) -> GraphData:
        """Read, symmetrise, and count words; features stay sparse."""
        folder = f"text_attributed/{self.file}"
        arrays = read_arrays(files.fetch(f"{folder}/graph.npz", None), self.name)
        texts = read_lines(files.fetch(f"{folder}/text.txt.gz", None))
        if "edge_index" not in arrays:
            raise arrays.missing("citations", "edge_index")
        features, names = words_of(texts, self.name)
        return graph_from_arrays(
            features,
            self._labels(arrays),
            arrays["edge_index"],
            name=self.name,
            task=self._task(),
            feature_names=names,
            texts=texts,
        )

    def _labels(self, arrays: Arrays) -> np.ndarray | None:
        """Labels (nodes,), -1 where unknown, or `None` where nodes have none."""
        if "y" not in arrays:
            raise arrays.missing("labels", "y")
        return arrays["y"].astype(np.int64)

    def _task(self) -> Task | None:
        """What is predicted; `None`: the class."""
        return None


class CoraCane(_Cane):
    """2,277 papers on machine learning, 4,771 citations, 2,574 words, 7 fields; 66 papers are of unknown field.

    Texts are abstracts without stop words.
    """

    name = "cora-cane"
    file = "cora_cane"


class HepThCane(_Cane):
    """1,038 papers on high-energy physics, 1,974 citations, 725 words, no classes: links are predicted.

    Texts are abstracts, of whose words some are stems.
    """

    name = "hepth-cane"
    file = "hepth_cane"

    def _labels(self, arrays: Arrays) -> None:
        return None

    def _task(self) -> Task:
        return LinkPrediction()
