"""A table beside the one that a model was trained on: what drifted, in columns and in answers. Imports no torch."""

from gnn2mlp.deploy.monitoring.answering import Answered, AnswerFrame
from gnn2mlp.deploy.monitoring.comparing import compare
from gnn2mlp.deploy.monitoring.drift import Check, Limits
from gnn2mlp.deploy.monitoring.monitored import ColumnDrift, Monitored
from gnn2mlp.deploy.monitoring.profile import PROFILE, ColumnProfile, Profile, profile_of
from gnn2mlp.deploy.monitoring.reading import TableBatches, table_batches

__all__ = [
    "PROFILE",
    "AnswerFrame",
    "Answered",
    "Check",
    "ColumnDrift",
    "ColumnProfile",
    "Limits",
    "Monitored",
    "Profile",
    "TableBatches",
    "compare",
    "profile_of",
    "table_batches",
]
