"""Data sets by name: one file per family. `load_dataset` also takes the path of an `.npz` file."""

from typing import TYPE_CHECKING, Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.data.datasets._base import DATASETS, Dataset, load_dataset, resolve_dataset

__all__ = ["DATASETS", "Dataset", "load_dataset", "resolve_dataset"]


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
    # end
else:

    def __getattr__(name: str) -> Any:
        return offered(__name__, name, DATASETS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(DATASETS)])
