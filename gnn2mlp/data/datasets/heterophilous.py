"""Graphs whose neighbours mostly differ, in the files of Platonov et al., with ten published splits each."""

from typing import ClassVar

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.npz.arrays import read_arrays
from gnn2mlp.data.npz.splits import read_splits
from gnn2mlp.tasks import NodeClassification

URL = "https://github.com/yandex-research/heterophilous-graphs/raw/main/data/"


class _Heterophilous(Dataset):
    """An `.npz` file with `edges`, `node_features`, `node_labels` and masks; licence of the source repository: MIT.

    The ten published splits are the default: half of the nodes train, a quarter validates. Two classes are judged by
    ROC-AUC, as published; more by accuracy.
    """

    split = Spec("own")
    citation = "Platonov et al., A critical look at the evaluation of GNNs under heterophily, ICLR 2023"
    file: ClassVar[str]
    folder: ClassVar[str | None] = None

    def load(self, files: RawFiles) -> GraphData:
        """Read, symmetrise and drop self-loops."""
        relative = f"{self.folder or f'HeterophilousGraphDataset/{self.file}/raw'}/{self.file}.npz"
        arrays = read_arrays(files.fetch(relative, f"{URL}{self.file}.npz"), self.name)
        for key in ("node_features", "node_labels", "edges"):
            if key not in arrays:
                raise arrays.missing("features, labels and edges", "node_features, node_labels and edges")
        labels = arrays["node_labels"]
        classes = int(labels.max()) + 1
        return graph_from_arrays(
            arrays["node_features"],
            labels,
            arrays["edges"].T,
            name=self.name,
            task=NodeClassification(range(classes), metric="roc_auc" if classes == 2 else "accuracy"),
            own_splits=read_splits(arrays, labels >= 0),
        )


class _Wikipedia(_Heterophilous):
    """Articles on a subject, linked by mutual links; their traffic in five classes, their nouns as features.

    The whole graphs hold many nodes whose neighbours and classes are those of another one, so that test nodes leak into
    training; the filtered ones, by Platonov et al., do not. Splits are those of the file.
    """

    citation = "Rozemberczki et al., Multi-scale Attributed Node Embedding, 2021; Pei et al., Geom-GCN, ICLR 2020"
    folder = "wikipedia"


class Chameleon(_Wikipedia):
    """2,277 articles on chameleons with duplicated nodes, 31,371 links, 2,325 nouns, 5 classes of traffic."""

    name = "chameleon"
    file = "chameleon"


class ChameleonFiltered(_Wikipedia):
    """890 articles on chameleons without duplicated nodes, 8,854 links, 2,325 nouns, 5 classes of traffic."""

    name = "chameleon-filtered"
    file = "chameleon_filtered"


class Squirrel(_Wikipedia):
    """5,201 articles on squirrels with duplicated nodes, 198,353 links, 2,089 nouns, 5 classes of traffic."""

    name = "squirrel"
    file = "squirrel"


class SquirrelFiltered(_Wikipedia):
    """2,223 articles on squirrels without duplicated nodes, 46,998 links, 2,089 nouns, 5 classes of traffic."""

    name = "squirrel-filtered"
    file = "squirrel_filtered"


class Minesweeper(_Heterophilous):
    """10,000 cells of a grid, 39,402 edges, 7 features (mines nearby, or that it is hidden), 2 classes: mine or not."""

    name = "minesweeper"
    file = "minesweeper"


class RomanEmpire(_Heterophilous):
    """22,662 words of an article, 32,927 edges, 300 features, 18 syntactic roles."""

    name = "roman-empire"
    file = "roman_empire"


class AmazonRatings(_Heterophilous):
    """24,492 products bought together, 93,050 edges, 300 features, 5 classes of ratings."""

    name = "amazon-ratings"
    file = "amazon_ratings"


class Tolokers(_Heterophilous):
    """11,758 workers, 519,000 edges of shared tasks, 10 features, 2 classes: banned or not."""

    name = "tolokers"
    file = "tolokers"


class Questions(_Heterophilous):
    """48,921 users, 153,540 edges of answers, 301 features, 2 classes: still active or not."""

    name = "questions"
    file = "questions"
