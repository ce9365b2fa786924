"""A trained student behind arrays: load one directory, predict from features alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.features import check_features
from gnn2mlp.students import STUDENTS, Student

FILE = "student.safetensors"


class Predictor:
    """Classifies nodes from their own features; it needs no neighbours, so unseen nodes are nothing special.

    Args:
        student: the recipe that built `module`.
        module: the trained network.
        num_features: width of a feature row.
        classes: label of each class, in the order of the network's outputs.
        card: where the student comes from (JSON-able).
    """

    def __init__(
        self,
        student: Student,
        module: nn.Module,
        num_features: int,
        classes: Sequence[Any],
        card: Mapping[str, Any] | None = None,
    ):
        self.student = student
        self.module = module.eval()
        self.num_features = num_features
        self.classes_ = np.asarray(classes)
        self.card = dict(card or {})

    def decision_function(self, X: Any) -> np.ndarray:
        """Logits, float (rows, classes). `X` as in `predict`."""
        x = self._checked(X)
        with torch.inference_mode():
            logits = self.module(x).logits
        return logits.numpy()  # type: ignore[no-any-return]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities, float (rows, classes), in the order of `classes_`. `X` as in `predict`."""
        return torch.from_numpy(self.decision_function(X)).softmax(-1).numpy()  # type: ignore[no-any-return]

    def predict(self, X: Any) -> np.ndarray:
        """Labels (rows,).

        Args:
            X: (rows, features): numpy, scipy sparse, pandas or torch; zero rows are allowed.

        Raises:
            DataError: for the wrong number of features, or NaN or infinite values.
        """
        return self.classes_[self.decision_function(X).argmax(-1)]  # type: ignore[no-any-return]

    def _checked(self, X: Any) -> Features:
        x = check_features(X, "predict").to(torch.device("cpu"))
        if x.shape[1] != self.num_features:
            raise DataError(
                f"predict: expected {self.num_features} features per row, as in training, got {x.shape[1]} "
                f"(input of shape {tuple(x.shape)})"
            )
        dtype = next(self.module.parameters()).dtype
        return x.to(dtype=dtype)

    def save(self, directory: str | Path) -> Path:
        """Write the student into `directory` (made if absent) as one checksummed file without pickle."""
        path = Path(directory) / FILE
        card = {
            "student": self.student.spec().to_dict(),
            "num_features": self.num_features,
            "classes": self.classes_.tolist(),
            "classes_dtype": self.classes_.dtype.str,
            "about": self.card,
        }
        artefact.save(path, "student", self.module.state_dict(), card)
        return path

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ArtefactError: if the file is missing, truncated, altered, or of a newer format.
        """
        tensors, card = artefact.load(Path(directory) / FILE, "student")
        student = Spec.parse(card["student"]).build(STUDENTS)
        module = student.build(card["num_features"], len(card["classes"]))
        module.load_state_dict(tensors)
        module.to(next(t.dtype for t in tensors.values() if t.is_floating_point()))
        classes = np.asarray(card["classes"], dtype=np.dtype(card["classes_dtype"]))
        return cls(student, module, card["num_features"], classes, card["about"])
