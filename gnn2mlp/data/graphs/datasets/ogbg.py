"""Molecules of the Open Graph Benchmark."""

from typing import ClassVar

from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graphs.dataset import GraphDataset
from gnn2mlp.data.graphs.datasets._ogbg import read_molecules
from gnn2mlp.data.graphs.datasets._raw import raw_folder
from gnn2mlp.data.graphs.graph_set import GraphSet

URL = "http://snap.stanford.edu/ogb/data/graphproppred/csv_mol_download/{}.zip"


class OgbMolecules(GraphDataset):
    """Molecules with nine codes of an atom and three of a bond; the default split is by scaffold, as OGB published it.

    With one question of yes or no the task is a classification that is judged by ROC-AUC; with several, some answers
    not known, it is a `GraphMultiTask`.
    """

    citation = "Hu et al., Open Graph Benchmark: Datasets for Machine Learning on Graphs, NeurIPS 2020"
    split = Spec("own")
    download: ClassVar[str]

    def load(self, files: RawFiles) -> GraphSet:
        """Read the CSV files."""
        folder = "ogb/" + self.name.replace("-", "_")
        raw = raw_folder(files, folder, self.download, "raw/edge.csv.gz", URL.format(self.download), self.name)
        return read_molecules(raw)


class OgbgMolbace(OgbMolecules):
    """ogbg-molbace: 1,513 graphs, 51,577 nodes, 55,768 edges, 174 node codes, 13 edge codes, 2 classes.

    Molecules that inhibit human beta-secretase 1, or not.
    """

    name = "ogbg-molbace"
    download = "bace"


class OgbgMolbbbp(OgbMolecules):
    """ogbg-molbbbp: 2,039 graphs, 49,068 nodes, 52,921 edges, 174 node codes, 13 edge codes, 2 classes.

    Molecules that pass from the blood into the brain, or not.
    """

    name = "ogbg-molbbbp"
    download = "bbbp"


class OgbgMolclintox(OgbMolecules):
    """ogbg-molclintox: 1,477 graphs, 174 node codes, 13 edge codes, 2 tasks.

    Whether a drug was approved, and whether it failed in trials for its toxicity.
    """

    name = "ogbg-molclintox"
    download = "clintox"


class OgbgMolhiv(OgbMolecules):
    """ogbg-molhiv: 41,127 graphs, 1,049,163 nodes, 1,129,688 edges, 174 node codes, 13 edge codes, 2 classes.

    Molecules that keep HIV from replicating, 3.5 % of them, or not.
    """

    name = "ogbg-molhiv"
    download = "hiv"


class OgbgMolsider(OgbMolecules):
    """ogbg-molsider: 1,427 graphs, 48,006 nodes, 50,456 edges, 174 node codes, 13 edge codes, 27 tasks.

    Side effects of drugs on 27 systems of organs.
    """

    name = "ogbg-molsider"
    download = "sider"


class OgbgMoltox21(OgbMolecules):
    """ogbg-moltox21: 7,831 graphs, 145,459 nodes, 151,095 edges, 174 node codes, 13 edge codes, 12 tasks.

    Twelve kinds of toxicity, not all of them measured of each molecule.
    """

    name = "ogbg-moltox21"
    download = "tox21"
