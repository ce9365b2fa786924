"""Students in production: features in, labels and probabilities out, no graph library loaded."""

import importlib
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import nearest

__all__ = [
    "BasePredictor",
    "BatchScorer",
    "Calibration",
    "Cascade",
    "GraphPredictor",
    "LinkIndex",
    "LinkPredictor",
    "ModelDirectory",
    "NodeFields",
    "NodeRouter",
    "OnnxGraphPredictor",
    "OnnxLinkPredictor",
    "OnnxPredictor",
    "Predictor",
    "Scored",
    "Top",
    "TopScored",
    "add_files",
    "calibrate",
    "calibrated",
    "check_convertible",
    "from_hub",
    "onnx_bytes",
    "push_to_hub",
    "read_directory",
    "reseal",
    "score_dataframe",
    "score_files",
    "score_graphs",
    "score_pairs",
    "score_table",
    "score_top",
    "traces",
    "verify",
    "write_directory",
]

_EXPORTS = {
    "BasePredictor": "gnn2mlp.deploy._base",
    "BatchScorer": "gnn2mlp.deploy.batch_scorer",
    "Calibration": "gnn2mlp.deploy.calibration",
    "Cascade": "gnn2mlp.deploy.cascade",
    "GraphPredictor": "gnn2mlp.deploy.graph_predictor",
    "NodeFields": "gnn2mlp.deploy.node_fields",
    "LinkIndex": "gnn2mlp.deploy.link_index",
    "LinkPredictor": "gnn2mlp.deploy.link_predictor",
    "ModelDirectory": "gnn2mlp.deploy.model_files",
    "NodeRouter": "gnn2mlp.deploy.node_router",
    "OnnxGraphPredictor": "gnn2mlp.deploy.onnx_graph_predictor",
    "OnnxLinkPredictor": "gnn2mlp.deploy.onnx_link_predictor",
    "OnnxPredictor": "gnn2mlp.deploy.onnx_predictor",
    "Predictor": "gnn2mlp.deploy.predictor",
    "Scored": "gnn2mlp.deploy.table_scoring",
    "Top": "gnn2mlp.deploy.link_search",
    "TopScored": "gnn2mlp.deploy.link_scoring",
    "add_files": "gnn2mlp.deploy.directory_writing",
    "calibrate": "gnn2mlp.deploy.calibration",
    "calibrated": "gnn2mlp.deploy.calibration",
    "check_convertible": "gnn2mlp.deploy.onnx_columns",
    "from_hub": "gnn2mlp.deploy.hub",
    "onnx_bytes": "gnn2mlp.deploy.onnx_file",
    "push_to_hub": "gnn2mlp.deploy.hub",
    "read_directory": "gnn2mlp.deploy.directory",
    "reseal": "gnn2mlp.deploy.directory_writing",
    "score_dataframe": "gnn2mlp.deploy.spark",
    "score_files": "gnn2mlp.deploy.spark",
    "score_graphs": "gnn2mlp.deploy.graph_scoring",
    "score_table": "gnn2mlp.deploy.table_scoring",
    "score_top": "gnn2mlp.deploy.link_scoring",
    "score_pairs": "gnn2mlp.deploy.link_scoring",
    "traces": "gnn2mlp.deploy.byte_search",
    "verify": "gnn2mlp.deploy.directory",
    "write_directory": "gnn2mlp.deploy.directory_writing",
}


if TYPE_CHECKING:
    from gnn2mlp.deploy._base import BasePredictor
    from gnn2mlp.deploy.batch_scorer import BatchScorer
    from gnn2mlp.deploy.byte_search import traces
    from gnn2mlp.deploy.calibration import Calibration, calibrate, calibrated
    from gnn2mlp.deploy.cascade import Cascade
    from gnn2mlp.deploy.directory import read_directory, verify
    from gnn2mlp.deploy.directory_writing import add_files, reseal, write_directory
    from gnn2mlp.deploy.graph_predictor import GraphPredictor
    from gnn2mlp.deploy.graph_scoring import score_graphs
    from gnn2mlp.deploy.hub import from_hub, push_to_hub
    from gnn2mlp.deploy.link_index import LinkIndex
    from gnn2mlp.deploy.link_predictor import LinkPredictor
    from gnn2mlp.deploy.link_scoring import TopScored, score_pairs, score_top
    from gnn2mlp.deploy.link_search import Top
    from gnn2mlp.deploy.model_files import ModelDirectory
    from gnn2mlp.deploy.node_fields import NodeFields
    from gnn2mlp.deploy.node_router import NodeRouter
    from gnn2mlp.deploy.onnx_columns import check_convertible
    from gnn2mlp.deploy.onnx_file import onnx_bytes
    from gnn2mlp.deploy.onnx_graph_predictor import OnnxGraphPredictor
    from gnn2mlp.deploy.onnx_link_predictor import OnnxLinkPredictor
    from gnn2mlp.deploy.onnx_predictor import OnnxPredictor
    from gnn2mlp.deploy.predictor import Predictor
    from gnn2mlp.deploy.spark import score_dataframe, score_files
    from gnn2mlp.deploy.table_scoring import Scored, score_table
else:

    def __getattr__(name: str) -> Any:
        """Import a public name on first use: `OnnxPredictor` does without torch, and so should whoever imports it."""
        if name not in _EXPORTS:
            raise AttributeError(f"module 'gnn2mlp.deploy' has no attribute {name!r}{nearest(name, _EXPORTS)}")
        return getattr(importlib.import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
