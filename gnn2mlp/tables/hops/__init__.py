"""Hop features Â^k X of a graph that is larger than the memory, as tables on disk."""

from gnn2mlp.tables.hops.engine import Engine
from gnn2mlp.tables.hops.propagate import ENGINES, propagate_hops
from gnn2mlp.tables.hops.table import HopTable

__all__ = ["ENGINES", "Engine", "HopTable", "propagate_hops"]
