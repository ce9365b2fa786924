"""Graphs, hypergraphs, sets of whole graphs, splits, views and data sets."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.data.datasets import DATASETS, load_dataset
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.graphs import (
    GRAPH_DATASETS,
    FullGraphs,
    GraphBatch,
    GraphDataset,
    GraphSet,
    GraphViews,
    ObservedGraphs,
    degree_codes,
    graph_set_from_arrays,
    load_graph_set,
    split_graphs,
    write_graph_tables,
)
from gnn2mlp.data.hyperedges import HyperedgeSampler, HypergraphBlock
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays, hypergraph_of
from gnn2mlp.data.links import (
    LINK_SPLITTERS,
    FullLinks,
    LinkRoles,
    LinkSplit,
    LinkSplitter,
    LinkViews,
    NonEdges,
    ObservedLinks,
)
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.npz import write_npz
from gnn2mlp.data.pyg import graph_from_pyg
from gnn2mlp.data.rehearsal import rehearsals, rehearse
from gnn2mlp.data.removal import Removal
from gnn2mlp.data.removal_reading import read_removal
from gnn2mlp.data.sampling import GraphBlock, NeighbourSampler
from gnn2mlp.data.split import SPLITTERS, Split, Splitter
from gnn2mlp.data.stored import load_data, save_data
from gnn2mlp.data.view import Full, Observed, Views

__all__ = [
    "DATASETS",
    "GRAPH_DATASETS",
    "LINK_SPLITTERS",
    "SPLITTERS",
    "Full",
    "FullGraphs",
    "FullLinks",
    "GraphBatch",
    "GraphBlock",
    "GraphData",
    "GraphDataset",
    "GraphSet",
    "GraphViews",
    "HyperedgeSampler",
    "HypergraphBlock",
    "HypergraphData",
    "LinkRoles",
    "LinkSplit",
    "LinkSplitter",
    "LinkViews",
    "NeighbourSampler",
    "NodeData",
    "NonEdges",
    "Observed",
    "ObservedGraphs",
    "ObservedLinks",
    "Removal",
    "Split",
    "Splitter",
    "Views",
    "degree_codes",
    "graph_from_arrays",
    "graph_from_pyg",
    "graph_set_from_arrays",
    "hypergraph_from_arrays",
    "hypergraph_of",
    "load_data",
    "load_dataset",
    "load_graph_set",
    "read_removal",
    "rehearsals",
    "rehearse",
    "save_data",
    "split_graphs",
    "write_graph_tables",
    "write_npz",
]


if TYPE_CHECKING:
    # generated: by python benchmarks/tables.py
    from gnn2mlp.data.datasets.airports import AirportsBrazil as AirportsBrazil
    from gnn2mlp.data.datasets.airports import AirportsEurope as AirportsEurope
    from gnn2mlp.data.datasets.airports import AirportsUsa as AirportsUsa
    from gnn2mlp.data.datasets.attributed import Acm as Acm
    from gnn2mlp.data.datasets.attributed import BlogCatalog as BlogCatalog
    from gnn2mlp.data.datasets.attributed import Flickr as Flickr
    from gnn2mlp.data.datasets.attributed import Uai2010 as Uai2010
    from gnn2mlp.data.datasets.citation_full import CiteseerFull as CiteseerFull
    from gnn2mlp.data.datasets.citation_full import CoraMl as CoraMl
    from gnn2mlp.data.datasets.coauthor import CoauthorCs as CoauthorCs
    from gnn2mlp.data.datasets.coauthor import CoauthorPhysics as CoauthorPhysics
    from gnn2mlp.data.datasets.cpf import CpfCiteseer as CpfCiteseer
    from gnn2mlp.data.datasets.cpf import CpfComputer as CpfComputer
    from gnn2mlp.data.datasets.cpf import CpfCora as CpfCora
    from gnn2mlp.data.datasets.cpf import CpfPhoto as CpfPhoto
    from gnn2mlp.data.datasets.cpf import CpfPubmed as CpfPubmed
    from gnn2mlp.data.datasets.digits import Digits as Digits
    from gnn2mlp.data.datasets.fb100 import Amherst41 as Amherst41
    from gnn2mlp.data.datasets.fb100 import Cornell5 as Cornell5
    from gnn2mlp.data.datasets.fb100 import JohnsHopkins55 as JohnsHopkins55
    from gnn2mlp.data.datasets.fb100 import Reed98 as Reed98
    from gnn2mlp.data.datasets.geom_gcn import Actor as Actor
    from gnn2mlp.data.datasets.geom_gcn import Cornell as Cornell
    from gnn2mlp.data.datasets.geom_gcn import Texas as Texas
    from gnn2mlp.data.datasets.geom_gcn import Wisconsin as Wisconsin
    from gnn2mlp.data.datasets.heterophilous import AmazonRatings as AmazonRatings
    from gnn2mlp.data.datasets.heterophilous import Chameleon as Chameleon
    from gnn2mlp.data.datasets.heterophilous import ChameleonFiltered as ChameleonFiltered
    from gnn2mlp.data.datasets.heterophilous import Minesweeper as Minesweeper
    from gnn2mlp.data.datasets.heterophilous import Questions as Questions
    from gnn2mlp.data.datasets.heterophilous import RomanEmpire as RomanEmpire
    from gnn2mlp.data.datasets.heterophilous import Squirrel as Squirrel
    from gnn2mlp.data.datasets.heterophilous import SquirrelFiltered as SquirrelFiltered
    from gnn2mlp.data.datasets.heterophilous import Tolokers as Tolokers
    from gnn2mlp.data.datasets.hypergraphs import Acm4k as Acm4k
    from gnn2mlp.data.datasets.hypergraphs import Acm4kAuthor as Acm4kAuthor
    from gnn2mlp.data.datasets.hypergraphs import Acm4kSubject as Acm4kSubject
    from gnn2mlp.data.datasets.hypergraphs import CoauthorshipCora as CoauthorshipCora
    from gnn2mlp.data.datasets.hypergraphs import CoauthorshipDblp as CoauthorshipDblp
    from gnn2mlp.data.datasets.hypergraphs import CocitationCiteseer as CocitationCiteseer
    from gnn2mlp.data.datasets.hypergraphs import CocitationCora as CocitationCora
    from gnn2mlp.data.datasets.hypergraphs import CocitationPubmed as CocitationPubmed
    from gnn2mlp.data.datasets.hypergraphs import CongressBills as CongressBills
    from gnn2mlp.data.datasets.hypergraphs import ContactHighSchool as ContactHighSchool
    from gnn2mlp.data.datasets.hypergraphs import ContactPrimarySchool as ContactPrimarySchool
    from gnn2mlp.data.datasets.hypergraphs import Dblp4k as Dblp4k
    from gnn2mlp.data.datasets.hypergraphs import Dblp4kConf as Dblp4kConf
    from gnn2mlp.data.datasets.hypergraphs import Dblp4kPaper as Dblp4kPaper
    from gnn2mlp.data.datasets.hypergraphs import Dblp4kTerm as Dblp4kTerm
    from gnn2mlp.data.datasets.hypergraphs import HouseCommittees as HouseCommittees
    from gnn2mlp.data.datasets.hypergraphs import HypergraphOf as HypergraphOf
    from gnn2mlp.data.datasets.hypergraphs import Mushroom as Mushroom
    from gnn2mlp.data.datasets.hypergraphs import SenateCommittees as SenateCommittees
    from gnn2mlp.data.datasets.hypergraphs import WalmartTrips as WalmartTrips
    from gnn2mlp.data.datasets.hypergraphs import Zoo as Zoo
    from gnn2mlp.data.datasets.motifs import BABottle as BABottle
    from gnn2mlp.data.datasets.motifs import BACommunity as BACommunity
    from gnn2mlp.data.datasets.motifs import BAGrid as BAGrid
    from gnn2mlp.data.datasets.motifs import BAHouse as BAHouse
    from gnn2mlp.data.datasets.motifs import TreeCycle as TreeCycle
    from gnn2mlp.data.datasets.motifs import TreeGrid as TreeGrid
    from gnn2mlp.data.datasets.musae import FacebookPages as FacebookPages
    from gnn2mlp.data.datasets.musae import GithubDevelopers as GithubDevelopers
    from gnn2mlp.data.datasets.musae import TwitchDe as TwitchDe
    from gnn2mlp.data.datasets.musae import TwitchEn as TwitchEn
    from gnn2mlp.data.datasets.musae import TwitchEs as TwitchEs
    from gnn2mlp.data.datasets.musae import TwitchFr as TwitchFr
    from gnn2mlp.data.datasets.musae import TwitchPt as TwitchPt
    from gnn2mlp.data.datasets.musae import TwitchRu as TwitchRu
    from gnn2mlp.data.datasets.musae import TwitchTw as TwitchTw
    from gnn2mlp.data.datasets.npz import Npz as Npz
    from gnn2mlp.data.datasets.ogbn import OgbnArxiv as OgbnArxiv
    from gnn2mlp.data.datasets.ogbn import OgbnProducts as OgbnProducts
    from gnn2mlp.data.datasets.planetoid import Citeseer as Citeseer
    from gnn2mlp.data.datasets.planetoid import Cora as Cora
    from gnn2mlp.data.datasets.planetoid import Pubmed as Pubmed
    from gnn2mlp.data.datasets.stored import Stored as Stored
    from gnn2mlp.data.datasets.synthetic import Synthetic as Synthetic
    from gnn2mlp.data.datasets.synthetic import SyntheticArxiv as SyntheticArxiv
    from gnn2mlp.data.datasets.synthetic import SyntheticProducts as SyntheticProducts
    from gnn2mlp.data.datasets.text_attributed import CoraCane as CoraCane
    from gnn2mlp.data.datasets.text_attributed import HepThCane as HepThCane
    from gnn2mlp.data.graphs.datasets.graph_tables import GraphTables as GraphTables
    from gnn2mlp.data.graphs.datasets.motif_graphs import MotifGraphs as MotifGraphs
    from gnn2mlp.data.graphs.datasets.ogbg import OgbgMolbace as OgbgMolbace
    from gnn2mlp.data.graphs.datasets.ogbg import OgbgMolbbbp as OgbgMolbbbp
    from gnn2mlp.data.graphs.datasets.ogbg import OgbgMolclintox as OgbgMolclintox
    from gnn2mlp.data.graphs.datasets.ogbg import OgbgMolhiv as OgbgMolhiv
    from gnn2mlp.data.graphs.datasets.ogbg import OgbgMolsider as OgbgMolsider
    from gnn2mlp.data.graphs.datasets.ogbg import OgbgMoltox21 as OgbgMoltox21
    from gnn2mlp.data.graphs.datasets.tu import DD as DD
    from gnn2mlp.data.graphs.datasets.tu import NCI1 as NCI1
    from gnn2mlp.data.graphs.datasets.tu import NCI109 as NCI109
    from gnn2mlp.data.graphs.datasets.tu import Enzymes as Enzymes
    from gnn2mlp.data.graphs.datasets.tu import ImdbBinary as ImdbBinary
    from gnn2mlp.data.graphs.datasets.tu import ImdbMulti as ImdbMulti
    from gnn2mlp.data.graphs.datasets.tu import Mutag as Mutag
    from gnn2mlp.data.graphs.datasets.tu import PtcMR as PtcMR
    from gnn2mlp.data.graphs.datasets.tu import RedditBinary as RedditBinary
    from gnn2mlp.data.graphs.datasets.tu_folder import TUFolder as TUFolder
    from gnn2mlp.data.links.splitters.edges import RandomEdges as RandomEdges
    from gnn2mlp.data.splits.carried import Carried as Carried
    from gnn2mlp.data.splits.cpf import Cpf as Cpf
    from gnn2mlp.data.splits.folds import Folds as Folds
    from gnn2mlp.data.splits.fraction import Fraction as Fraction
    from gnn2mlp.data.splits.group import Group as Group
    from gnn2mlp.data.splits.hash import Hash as Hash
    from gnn2mlp.data.splits.own import Own as Own
    from gnn2mlp.data.splits.per_class import PerClass as PerClass
    from gnn2mlp.data.splits.time import Time as Time
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, DATASETS, GRAPH_DATASETS, LINK_SPLITTERS, SPLITTERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(DATASETS, GRAPH_DATASETS, LINK_SPLITTERS, SPLITTERS)])
