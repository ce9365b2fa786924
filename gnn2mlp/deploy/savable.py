"""What is written of a student: one checksummed file, alone or in a model directory, without pickle."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core import artefact
from gnn2mlp.deploy.directory_writing import write_directory
from gnn2mlp.deploy.model_files import STUDENT


class Savable(ABC):
    """A student that can be written. Subclasses supply `facts` and `_tensors`.

    Attributes:
        about: what its model directory said of it.
    """

    about: dict[str, Any]

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """What a reader has to know beside the weights, JSON-able: recipe, sizes, names, answers, origin."""

    @abstractmethod
    def _tensors(self) -> dict[str, torch.Tensor]:
        """Weights, and what was fitted beside them."""

    def save(self, directory: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write a model directory: weights, `config.json` and a model card, all checksummed, without pickle.

        Args:
            directory: where to; made if absent. A model that is there is replaced, anything else is not.
            about: what there is to say of the model: figures, data, papers; see `gnn2mlp.deploy.write_directory`,
                which takes further files besides.

        Returns:
            Path of the weights in it.

        Raises:
            ConfigError: for a key of `about` that cannot be.
            ArtefactError: if it cannot be written, or the directory holds something else.
        """
        return write_directory(directory, self, about) / STUDENT

    def save_file(self, path: Path) -> None:
        """Write the student alone, as one checksummed file, which `load` reads where it is called as in a directory.

        Raises:
            ArtefactError: if it cannot be written.
        """
        artefact.save(path, "student", self._tensors(), self.facts())

    def encode(self) -> bytes:
        """The content of the student's file in a model directory."""
        return artefact.encode("student", self._tensors(), self._card())

    def digest(self) -> str:
        """The SHA-256 that the student's file of `save` has in its header: other forms of the student name it."""
        return artefact.checksum("student", self._tensors(), self._card())

    def _card(self) -> dict[str, Any]:
        """Of a file in a model directory, without which it is not read."""
        return {**self.facts(), "directory": True}
