"""The student of a model directory with the least to load: ONNX Runtime where that will do, torch where it must be."""

import importlib.util
from pathlib import Path

from gnn2mlp.core.files import user_path
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.onnx_predictor import MODEL, OnnxPredictor


def predictor_of(directory: str | Path, weights: bool = False) -> BasePredictor:
    """The model as it answers with the least to load: on ONNX Runtime, else on torch.

    Args:
        directory: of the model; all its files are checked.
        weights: whether the weights are needed, for more than answers.

    Raises:
        ArtefactError: if a file is missing, altered or added.
    """
    has_file = (user_path(directory, "directory") / MODEL).exists()
    if has_file and not weights and importlib.util.find_spec("onnxruntime"):
        return OnnxPredictor.load(directory)
    from gnn2mlp.deploy.predictor import Predictor

    return Predictor.load(directory)
