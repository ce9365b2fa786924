"""Listeners that write to experiment trackers; each needs the extra that is called like it.

    run(RunConfig(...), listeners=[TensorBoard("runs/tensorboard")])

A tracker of one's own is a `gnn2mlp.core.listeners.Listener`.
"""

from gnn2mlp.trackers.mlflow import MLflow
from gnn2mlp.trackers.tensorboard import TensorBoard

__all__ = ["MLflow", "TensorBoard"]
