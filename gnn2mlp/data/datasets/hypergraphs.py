"""Hypergraphs of the literature, as plain `.npz` files."""

from collections.abc import Mapping
from typing import Any, ClassVar

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles, resolve_dataset
from gnn2mlp.data.datasets._features import Construction
from gnn2mlp.data.datasets._recipes import Recipe
from gnn2mlp.data.datasets.npz import from_npz
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_of
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.npz.features import Form

# Feng et al., LightHGNN, ICLR 2024: 20 labels a class to train, 100 to validate; student and optimisation as released,
# which takes 200 steps on all nodes. Teachers' defaults are theirs as well.
_FEW_LABELS = Spec("per_class", train=20, valid=100)
_RECIPE: Recipe = {
    "student": {"mlp": {"hidden": 128, "layers": 2, "dropout": 0.5, "norm": "batch"}},
    "distill": {"lr": 0.01, "weight_decay": 5e-4, "epochs": 200, "patience": 200, "batch_size": 10**9},
}
_YADATI = "Yadati et al., HyperGCN, NeurIPS 2019"
_WANG = "Wang et al., HeCo, KDD 2021"
_CHODROW = "Chodrow et al., Generative hypergraph clustering, Science Advances 2021"


class _File(Dataset):
    """A file in the folder `hypergraph/` of the data root."""

    split = _FEW_LABELS
    recipe = _RECIPE
    file: ClassVar[str]
    relations: ClassVar[tuple[str, ...] | None] = None
    features: Form = "own"
    noise: float = 0.0

    def load(self, files: RawFiles) -> NodeData:
        """Read the file, and construct its features where it has none."""
        path = files.fetch(f"hypergraph/{self.file}.npz", None)
        return from_npz(path, self.name, self.relations, self.features, self.noise)


class _Featureless(_File):
    """A file without features, for which they are constructed.

    Args:
        features: `"degree"`, `"one_hot"` (the node's number) or `"noisy_labels"`, which holds the labels of test nodes
            by construction.
        noise: standard deviation of the noise in noisy labels.
    """

    def __init__(self, features: Construction = "degree", noise: float = 1.0):
        self.features = features
        self.noise = noise
        check_at_least("dataset", 0, noise=noise)


class HypergraphOf(Dataset):
    """Any registered graph as a hypergraph: its edges and one-hop neighbourhoods, or one of the two.

    Args:
        graph: the data set, a name or a mapping with its options.
        hyperedges: some of `"edges"` and `"neighbourhoods"`; see `gnn2mlp.data.hypergraph_of`.
    """

    name = "hypergraph_of"
    citation = "Feng et al., LightHGNN, ICLR 2024 (edges and one-hop neighbourhoods); the graph's publication"
    split = Spec("own", otherwise=Spec("fraction"))

    def __init__(self, graph: Any, hyperedges: tuple[str, ...] = ("edges", "neighbourhoods")):
        self.source = resolve_dataset(Spec.parse(graph))
        self.graph = self.source.spec().to_dict()
        self.hyperedges = hyperedges

    @property
    def recipe(self) -> Mapping[str, Mapping[str, Any]]:  # type: ignore[override]
        """Student and distillation of the graph; teachers have their own defaults."""
        return {part: options for part, options in self.source.recipe.items() if part != "teacher"}

    def default_split(self) -> Spec:
        """That of the graph."""
        return self.source.default_split()

    def load(self, files: RawFiles) -> HypergraphData:
        """Load the graph and make its hyperedges."""
        graph = GraphData.expect(self.source.load(files), f"dataset {self.name!r}")
        return hypergraph_of(graph, self.hyperedges)


class CocitationCora(_File):
    """2,708 papers, 1,579 hyperedges of papers cited together, 4,786 incidences, 1,433 words, 7 topics."""

    name = "cocitation-cora"
    citation = _YADATI
    file = "cocitation_cora"


class CocitationCiteseer(_File):
    """3,312 papers, 1,079 hyperedges of papers cited together, 3,453 incidences, 3,703 words, 6 topics."""

    name = "cocitation-citeseer"
    citation = _YADATI
    file = "cocitation_citeseer"


class CocitationPubmed(_Featureless):
    """19,717 papers, 7,963 hyperedges of papers cited together, 34,629 incidences, 3 topics, no features."""

    name = "cocitation-pubmed"
    citation = _YADATI
    file = "cocitation_pubmed_nofeatures"


class CoauthorshipCora(_File):
    """2,708 papers, 1,072 hyperedges of papers by one author, 4,585 incidences, 1,433 words, 7 topics."""

    name = "coauthorship-cora"
    citation = _YADATI
    file = "coauthorship_cora"


class CoauthorshipDblp(_Featureless):
    """41,302 papers, 22,363 hyperedges of papers by one author, 99,561 incidences, 6 topics, no features."""

    name = "coauthorship-dblp"
    citation = _YADATI
    file = "coauthorship_dblp_nofeatures"


class Dblp4k(_File):
    """4,057 authors, 22,071 hyperedges (papers, venues, terms), 119,535 incidences, 334 words, 4 fields."""

    name = "dblp4k"
    citation = _WANG
    file = "dblp4k"


class Dblp4kPaper(_File):
    """4,057 authors, 14,328 hyperedges of authors of a paper, 19,645 incidences, 334 words, 4 fields."""

    name = "dblp4k-paper"
    citation = _WANG
    file = "dblp4k"
    relations = ("paper",)


class Dblp4kConf(_File):
    """4,057 authors, 20 hyperedges of authors at a venue, 9,205 incidences, 334 words, 4 fields."""

    name = "dblp4k-conf"
    citation = _WANG
    file = "dblp4k"
    relations = ("conf",)


class Dblp4kTerm(_File):
    """4,057 authors, 7,723 hyperedges of authors who use a term, 90,685 incidences, 334 words, 4 fields."""

    name = "dblp4k-term"
    citation = _WANG
    file = "dblp4k"
    relations = ("term",)


class Acm4k(_File):
    """4,019 papers, 7,227 hyperedges (authors, subjects), 17,426 incidences, 1,902 words, 3 fields."""

    name = "acm4k"
    citation = _WANG
    file = "acm4k"


class Acm4kAuthor(_File):
    """4,019 papers, 7,167 hyperedges of papers by one author, 13,407 incidences, 1,902 words, 3 fields."""

    name = "acm4k-author"
    citation = _WANG
    file = "acm4k"
    relations = ("author",)


class Acm4kSubject(_File):
    """4,019 papers, 60 hyperedges of papers on a subject, 4,019 incidences, 1,902 words, 3 fields."""

    name = "acm4k-subject"
    citation = _WANG
    file = "acm4k"
    relations = ("subject",)


class Zoo(_File):
    """101 animals, 36 hyperedges of a property's value, 1,616 incidences, 36 features, the same values; 7 classes."""

    name = "zoo"
    citation = "Forsyth, Zoo, UCI Machine Learning Repository, 1990"
    file = "zoo"
    features = "codes"
    split = Spec("fraction")


class Mushroom(_File):
    """8,124 mushrooms, 117 hyperedges of a property's value, 178,728 incidences, 117 features, the same; 2 classes."""

    name = "mushroom"
    citation = "Mushroom, UCI Machine Learning Repository, 1981"
    file = "mushroom"
    features = "codes"


class HouseCommittees(_Featureless):
    """1,290 members of the US House, 341 committees, 11,843 incidences, 2 parties, no features."""

    name = "house-committees"
    citation = _CHODROW
    file = "house_committees"


class SenateCommittees(_Featureless):
    """282 members of the US Senate, 315 committees, 5,408 incidences, 2 parties, no features."""

    name = "senate-committees"
    citation = _CHODROW
    file = "senate_committees"
    split = Spec("fraction")


class CongressBills(_Featureless):
    """1,718 members of the US Congress, 84,799 bills, 733,994 incidences, 2 parties, no features."""

    name = "congress-bills"
    citation = _CHODROW
    file = "congress_bills"


class ContactHighSchool(_Featureless):
    """327 students, 7,818 groups in contact, 18,192 incidences, 9 classes, no features."""

    name = "contact-high-school"
    citation = _CHODROW
    file = "contact_high_school"
    split = Spec("fraction")


class ContactPrimarySchool(_Featureless):
    """242 pupils and teachers, 12,704 groups in contact, 30,729 incidences, 11 classes, no features."""

    name = "contact-primary-school"
    citation = _CHODROW
    file = "contact_primary_school"
    split = Spec("fraction")


class WalmartTrips(_Featureless):
    """88,860 products, 69,906 shopping trips, 460,630 incidences, 11 departments, no features."""

    name = "walmart-trips"
    citation = _CHODROW
    file = "walmart_trips"
