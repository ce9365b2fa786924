"""A trained student behind arrays: load one directory, predict from features alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy.columns import check_columns
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.features import check_features
from gnn2mlp.nn.fold import fold
from gnn2mlp.students import STUDENTS, Student

FILE = "student.safetensors"
# Rows that go through the network at once: hidden activations of a million rows need not exist together.
CHUNK = 65_536


class Predictor:
    """Classifies nodes from their own features; it needs no neighbours, so unseen nodes are nothing special.

    Args:
        student: the recipe that built `module`.
        module: the trained network, on the CPU.
        num_features: width of a feature row.
        classes: label of each class, in the order of the network's outputs.
        card: where the student comes from (JSON-able).
        feature_names: column names of training; data frames are checked against them.

    Raises:
        ConfigError: if there are feature names, but not one per feature.
    """

    def __init__(
        self,
        student: Student,
        module: nn.Module,
        num_features: int,
        classes: Sequence[Any] | np.ndarray[Any, Any],
        card: Mapping[str, Any] | None = None,
        feature_names: Sequence[str] | None = None,
    ):
        if feature_names is not None and len(feature_names) != num_features:
            raise ConfigError(
                f"feature_names: expected one per feature, {num_features} in all, got {len(feature_names)}"
            )
        self.student = student
        self.module = module.eval()
        self.num_features = num_features
        self.classes_ = np.asarray(classes)
        self.card = dict(card or {})
        self.feature_names = None if feature_names is None else tuple(feature_names)

    def decision_function(self, X: Any) -> np.ndarray:
        """Logits, float (rows, classes). `X` as in `predict`."""
        return self._logits(X, "decision_function").numpy()

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities, float (rows, classes), in the order of `classes_`. `X` as in `predict`."""
        return self._logits(X, "predict_proba").softmax(-1).numpy()

    def predict(self, X: Any) -> np.ndarray:
        """Labels (rows,), of the type of the labels in training.

        Args:
            X: (rows, features): numpy, scipy sparse (never made dense), pandas or torch; zero rows are allowed. A data
                frame must have the columns of training in their order, if training had names.

        Raises:
            DataError: for the wrong number of features or other columns, or NaN or infinite values.
        """
        return self.classes_[self._logits(X, "predict").argmax(-1).numpy()]  # type: ignore[no-any-return]

    @torch.inference_mode()
    def _logits(self, X: Any, name: str) -> torch.Tensor:
        x = self._checked(X, name)
        return torch.cat([self._answer(chunk) for chunk in _chunks(x)])

    @cached_property
    def _answer(self) -> Callable[[Features], torch.Tensor]:
        """The network as it answers: made with the first answer, from the weights of that moment."""
        return fold(self.module)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key != "_answer"}  # its weights are the module's

    def _checked(self, X: Any, name: str) -> Features:
        check_columns(X, self.feature_names, name)
        x = check_features(X, name).to(torch.device("cpu"))
        if x.shape[1] != self.num_features:
            raise DataError(
                f"{name}: expected {self.num_features} features per row, as in training, got {x.shape[1]} "
                f"(input of shape {tuple(x.shape)})"
            )
        dtype = next(self.module.parameters()).dtype
        # Twice where the type narrows: what is finite in double precision may not be in single.
        return x if x.dtype == dtype else check_features(x.to(dtype=dtype), name)

    def save(self, directory: str | Path) -> Path:
        """Write the student into `directory` (made if absent) as one checksummed file without pickle.

        Raises:
            ArtefactError: if it cannot be written.
        """
        path = Path(directory) / FILE
        card = {
            "student": self.student.spec().to_dict(),
            "num_features": self.num_features,
            "feature_names": self.feature_names,
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
            ArtefactError: if the file is missing, truncated, altered, of a newer format, or if its weights are not
                those of the student that it names.
        """
        path = Path(directory) / FILE
        tensors, card = artefact.load(path, "student")
        try:
            student = Spec.parse(card["student"]).build(STUDENTS)
            with seeded(0, "weights that are overwritten at once"):
                module = student.build(card["num_features"], len(card["classes"]))
            module.load_state_dict(tensors)
            classes = np.asarray(card["classes"], dtype=np.dtype(card["classes_dtype"]))
            about, names = card["about"], card.get("feature_names")
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ArtefactError(
                f"{path} does not describe a student of this release ({' '.join(str(error).split())}); "
                "make it again, or use the release that wrote it"
            ) from error
        module.to(next(t.dtype for t in tensors.values() if t.is_floating_point()))
        return cls(student, module, card["num_features"], classes, about, names)


def _chunks(x: Features) -> Iterator[Features]:
    """Consecutive rows, at most `CHUNK` at a time; one empty chunk if there are none."""
    rows = x.shape[0]
    if rows <= CHUNK:
        yield x
    elif isinstance(x, CSR):
        yield from (gather(x, ids) for ids in torch.arange(rows).split(CHUNK))
    else:
        yield from x.split(CHUNK)
