"""Where a student places a row among the codes of its teacher: a linear map of its last hidden activations."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.explore.codebook import with_codes
from gnn2mlp.knowledge import TeacherKnowledge

# Entries of a table of distances that exist at the same time.
_ENTRIES = 2**23
# Of more observed nodes the map is fitted on so many: its figures number a few thousand.
_FITTED_ON = 50_000
_ARRAYS = ("weight", "bias", "vectors", "used")


class Placed(NamedTuple):
    """Rows among codes.

    Args:
        code: int64 (rows,), the nearest one.
        distance: float64 (rows,), to it.
        second: int64 (rows,), the next nearest; the same one where there is no other.
    """

    code: np.ndarray
    distance: np.ndarray
    second: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)


class CodePlacement(NamedTuple):
    """The map, and the codes that it leads to.

    The map that a student was trained with belongs to its last epoch, and what ships are weights averaged over many;
    so it is fitted anew, by ridge regression from the activations of observed nodes to where the teacher has them.

    Args:
        weight: float64 (hidden, code_dim).
        bias: float64 (code_dim,).
        vectors: float64 (codes, code_dim), in the space in which distances are taken.
        unit_length: whether rows are scaled to unit length there.
        used: bool (codes,): codes without a node attract nothing.
    """

    weight: np.ndarray
    bias: np.ndarray
    vectors: np.ndarray
    unit_length: bool
    used: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)

    @classmethod
    def fit(cls, hidden: np.ndarray, knowledge: TeacherKnowledge) -> "CodePlacement":
        """The map for a student.

        Args:
            hidden: (nodes of the knowledge, hidden), the student's last hidden activations, in its order.
            knowledge: with codes.

        Raises:
            DataError: unless there is a row for each node.
        """
        knowledge = with_codes(knowledge)
        code = knowledge["code"].numpy()
        if hidden.ndim != 2 or hidden.shape[0] != code.size or not code.size:
            raise DataError(f"hidden: expected a row for each of {code.size} observed nodes, got {hidden.shape}")
        unit = bool(knowledge["code_unit_length"])
        codebook = knowledge["codebook"].double()
        vectors = (F.normalize(codebook, dim=-1) if unit else codebook).numpy()
        step = -(-code.size // _FITTED_ON)
        x, target = np.asarray(hidden[::step], np.float64), vectors[code[::step]]
        centre, middle = x.mean(axis=0), target.mean(axis=0)
        gram = (x - centre).T @ (x - centre) + np.eye(x.shape[1])
        weight = np.linalg.solve(gram, (x - centre).T @ (target - middle))
        used = np.bincount(code, minlength=len(vectors)) > 0
        return cls(weight, middle - centre @ weight, vectors, unit, used)

    def encode(self) -> bytes:
        """The content of a checksummed file."""
        tensors = {key: torch.from_numpy(np.ascontiguousarray(getattr(self, key))) for key in _ARRAYS}
        return artefact.encode("codes", tensors, {"unit_length": self.unit_length})

    @classmethod
    def decode(cls, content: bytes) -> "CodePlacement":
        """What `encode` wrote, if somebody else vouches for every byte of it, as a model directory does.

        Raises:
            ArtefactError: for anything else.
        """
        tensors, card = artefact.decode(content, "codes", Path("codes"))
        arrays = {key: tensors[key].numpy() for key in _ARRAYS}
        return cls(unit_length=bool(card["unit_length"]), **arrays)

    def place(self, hidden: np.ndarray) -> Placed:
        """The nearest codes of rows, by their activations (rows, hidden)."""
        known = np.flatnonzero(self.used)
        vectors = self.vectors[known]
        squares = (vectors * vectors).sum(axis=1)
        rows = max(1, _ENTRIES // max(1, known.size))
        parts = [self._nearest(hidden[at : at + rows], vectors, squares) for at in range(0, max(1, len(hidden)), rows)]
        code, distance, second = (np.concatenate(found) for found in zip(*parts, strict=True))
        return Placed(known[code], distance, known[second])

    def _nearest(self, hidden: np.ndarray, vectors: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, ...]:
        x = np.asarray(hidden, np.float64) @ self.weight + self.bias
        if self.unit_length:
            x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
        far = squares - 2 * x @ vectors.T
        code = far.argmin(axis=1) if len(x) else np.zeros(0, np.int64)
        every = np.arange(len(x))
        distance = np.sqrt(np.maximum(far[every, code] + (x * x).sum(axis=1), 0))
        if vectors.shape[0] < 2:
            return code, distance, code
        far[every, code] = np.inf
        return code, distance, far.argmin(axis=1) if len(x) else code
