"""What a teacher knows about each node, as data."""

from gnn2mlp.knowledge.keys import KEYS, Key
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.store import Store

__all__ = ["KEYS", "Key", "Store", "TeacherKnowledge"]
