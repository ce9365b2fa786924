"""Links to be predicted: splits of edges, negatives, and the views of training and scoring."""

from gnn2mlp.data.links.negatives import NonEdges
from gnn2mlp.data.links.pairs import canonical_pairs, pairs_of, undirected
from gnn2mlp.data.links.split import LinkSplit
from gnn2mlp.data.links.splitter import LINK_SPLITTERS, LinkRoles, LinkSplitter
from gnn2mlp.data.links.view import FullLinks, LinkViews, ObservedLinks

__all__ = [
    "LINK_SPLITTERS",
    "FullLinks",
    "LinkRoles",
    "LinkSplit",
    "LinkSplitter",
    "LinkViews",
    "NonEdges",
    "ObservedLinks",
    "canonical_pairs",
    "pairs_of",
    "undirected",
]
