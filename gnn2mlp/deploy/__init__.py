"""Students in production: features in, labels and probabilities out, no graph library loaded."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gnn2mlp.deploy.calibration import Calibration, calibrate, calibrated
    from gnn2mlp.deploy.cascade import Cascade
    from gnn2mlp.deploy.onnx_file import onnx_bytes
    from gnn2mlp.deploy.onnx_predictor import OnnxPredictor
    from gnn2mlp.deploy.predictor import Predictor

__all__ = ["Calibration", "Cascade", "OnnxPredictor", "Predictor", "calibrate", "calibrated", "onnx_bytes"]

_EXPORTS = {
    "Calibration": "gnn2mlp.deploy.calibration",
    "Cascade": "gnn2mlp.deploy.cascade",
    "OnnxPredictor": "gnn2mlp.deploy.onnx_predictor",
    "Predictor": "gnn2mlp.deploy.predictor",
    "calibrate": "gnn2mlp.deploy.calibration",
    "calibrated": "gnn2mlp.deploy.calibration",
    "onnx_bytes": "gnn2mlp.deploy.onnx_file",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: `OnnxPredictor` does without torch, and so should whoever imports it."""
    if name not in _EXPORTS:
        raise AttributeError(f"module 'gnn2mlp.deploy' has no attribute {name!r}")
    return getattr(importlib.import_module(_EXPORTS[name]), name)
