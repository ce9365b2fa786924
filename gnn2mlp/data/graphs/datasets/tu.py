"""The graph classification sets of TU Dortmund."""

from typing import ClassVar

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graphs.dataset import GraphDataset
from gnn2mlp.data.graphs.datasets._raw import raw_folder
from gnn2mlp.data.graphs.datasets._tu import read_tu
from gnn2mlp.data.graphs.graph_set import GraphSet

URL = "https://www.chrsmrrs.com/graphkerneldatasets/{}.zip"


class TUGraphs(GraphDataset):
    """A set of TU Dortmund, with labels of nodes as codes, or their degrees where there are none.

    Seeds 0 to 9 of the default split are a stratified cross-validation of ten folds: eight train, one validates.

    Args:
        degrees: where nodes have no labels, the greatest degree that is told apart.
        attributes: whether to read the numbers that some sets have of each node, as features beside the codes.
    """

    split = Spec("folds")
    folder: ClassVar[str]

    def __init__(self, degrees: int = 64, attributes: bool = False):
        check_at_least("dataset", 1, degrees=degrees)
        self.degrees = degrees
        self.attributes = attributes

    def load(self, files: RawFiles) -> GraphSet:
        """Read the text files."""
        needed, url = f"{self.folder}_A.txt", URL.format(self.folder)
        place = f"TUDataset/{self.folder}"
        if files.root is not None:
            raw = raw_folder(files, f"{place}/raw", "", needed, url, self.name)
        else:
            raw = raw_folder(files, place, self.folder, needed, url, self.name)
        return read_tu(raw, self.folder, self.degrees, self.attributes)


class Mutag(TUGraphs):
    """MUTAG: 188 graphs, 3,371 nodes, 3,721 edges, 7 node codes, 2 classes.

    Molecules that are mutagenic to a bacterium, or not; codes are kinds of atoms.
    Options as in `TUGraphs`.
    """

    name = "mutag"
    citation = "Debnath et al., Structure-Activity Relationship of Mutagenic Nitro Compounds, 1991"
    folder = "MUTAG"


class NCI1(TUGraphs):
    """NCI1: 4,110 graphs, 122,747 nodes, 132,753 edges, 37 node codes, 2 classes.

    Molecules that act against lung cancer cells, or not; codes are kinds of atoms.
    Options as in `TUGraphs`.
    """

    name = "nci1"
    citation = "Wale et al., Comparison of Descriptor Spaces for Chemical Compound Retrieval and Classification, 2008"
    folder = "NCI1"


class NCI109(TUGraphs):
    """NCI109: 4,127 graphs, 122,494 nodes, 132,604 edges, 38 node codes, 2 classes.

    Molecules that act against ovarian cancer cells, or not; codes are kinds of atoms.
    Options as in `TUGraphs`.
    """

    name = "nci109"
    citation = "Wale et al., Comparison of Descriptor Spaces for Chemical Compound Retrieval and Classification, 2008"
    folder = "NCI109"


class DD(TUGraphs):
    """DD: 1,178 graphs, 334,925 nodes, 843,046 edges, 89 node codes, 2 classes.

    Proteins that are enzymes, or not; nodes are amino acids, linked within 6 angstroms. 82 of the 89 codes occur.
    Options as in `TUGraphs`.
    """

    name = "dd"
    citation = "Dobson and Doig, Distinguishing Enzyme Structures from Non-enzymes without Alignments, 2003"
    folder = "DD"


class Enzymes(TUGraphs):
    """ENZYMES: 600 graphs, 19,580 nodes, 37,282 edges, 3 node codes, 6 classes.

    Enzymes by what they catalyse; nodes are parts of their secondary structure. `attributes` adds 18 features.
    Options as in `TUGraphs`.
    """

    name = "enzymes"
    citation = "Borgwardt et al., Protein Function Prediction via Graph Kernels, Bioinformatics 2005"
    folder = "ENZYMES"


class PtcMR(TUGraphs):
    """PTC_MR: 344 graphs, 4,915 nodes, 5,054 edges, 18 node codes, 2 classes.

    Molecules that cause cancer in male rats, or not; codes are kinds of atoms.
    Options as in `TUGraphs`.
    """

    name = "ptc-mr"
    citation = "Helma et al., The Predictive Toxicology Challenge 2000-2001, Bioinformatics 2001"
    folder = "PTC_MR"


class ImdbBinary(TUGraphs):
    """IMDB-BINARY: 1,000 graphs, 19,773 nodes, 96,531 edges, 65 node codes, 2 classes.

    Actors around one actor, linked where they were in a film together; action or romance. Codes are degrees.
    Options as in `TUGraphs`.
    """

    name = "imdb-binary"
    citation = "Yanardag and Vishwanathan, Deep Graph Kernels, KDD 2015"
    folder = "IMDB-BINARY"


class ImdbMulti(TUGraphs):
    """IMDB-MULTI: 1,500 graphs, 19,502 nodes, 98,903 edges, 65 node codes, 3 classes.

    As IMDB-BINARY, of comedy, romance and science fiction. Codes are degrees.
    Options as in `TUGraphs`.
    """

    name = "imdb-multi"
    citation = "Yanardag and Vishwanathan, Deep Graph Kernels, KDD 2015"
    folder = "IMDB-MULTI"


class RedditBinary(TUGraphs):
    """REDDIT-BINARY: 2,000 graphs, 859,254 nodes, 995,508 edges, 65 node codes, 2 classes.

    Users of a thread, linked where one answered the other; question and answer or discussion. Codes are degrees.
    Options as in `TUGraphs`.
    """

    name = "reddit-binary"
    citation = "Yanardag and Vishwanathan, Deep Graph Kernels, KDD 2015"
    folder = "REDDIT-BINARY"
