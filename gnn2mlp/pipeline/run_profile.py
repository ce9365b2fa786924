"""What a run leaves behind for `gnn2mlp monitor`: a profile of its nodes' features and of its student's answers."""

from typing import Any

import numpy as np
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.rows import spread
from gnn2mlp.data import NodeData, Split
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.answer_columns import Asked, answer_columns
from gnn2mlp.deploy.monitoring import PROFILE, Answered, profile_of
from gnn2mlp.deploy.monitoring.answering import named_truth
from gnn2mlp.deploy.monitoring.comparing import answered_of
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.nn.csr import CSR, gather

# Numbers that are looked at: of more nodes or wider features, as many nodes as have so many, evenly spread.
MOST = 2**24
# Unseen nodes tell how answers are, where there are so many.
ENOUGH = 100


def run_profile(graph: NodeData, shipped: Predictor, scored: Predictor, split: Split) -> dict[str, bytes]:
    """The profile as a file of the student's directory; no file where it cannot be made.

    Args:
        graph: all nodes.
        shipped: the student that ships.
        scored: the one that was scored on `split`, which tells how nodes are answered that training did not see.
        split: whose unseen nodes are answered, or, where these are few, all whose labels were held back.
    """
    if not shipped.inputs.of_features:  # its rows are none of a table
        return {}
    try:
        pyarrow_modules()
    except ConfigError:
        return {}
    most = max(1, MOST // max(1, graph.num_features))
    held, basis = split.unseen, "nodes that did not exist in training"
    if held.numel() < ENOUGH:
        held, basis = torch.cat([split.valid, split.test]), "nodes whose labels were held back"
    matrix = _dense(graph, spread(np.arange(graph.num_nodes), most))
    names = shipped.feature_names
    table: dict[str, Any] = {FEATURES: matrix} if names is None else dict(zip(names, matrix.T, strict=True))
    answered = _answered(graph, scored, spread(held.sort().values.numpy(), most))
    return {PROFILE: profile_of(shipped, table, (), answered, f"{basis}, answered as it was scored").encode()}


def _answered(graph: NodeData, scored: Predictor, rows: np.ndarray) -> Answered:
    arrow, _ = pyarrow_modules()
    outliers = scored.calibration is not None and scored.calibration.outlier is not None
    columns = answer_columns(scored, scored.outputs(_dense(graph, rows)), Asked(outliers=outliers))
    truth = named_truth(graph.labels[torch.from_numpy(rows)].numpy(), scored.answers.classes)
    return answered_of(arrow.RecordBatch.from_pydict(columns), scored, truth)


def _dense(graph: NodeData, rows: np.ndarray) -> np.ndarray:
    found = gather(graph.features, torch.from_numpy(rows))
    return found.to_dense().numpy() if isinstance(found, CSR) else found.numpy()
