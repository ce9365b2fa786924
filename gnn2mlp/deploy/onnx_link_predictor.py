"""A model of links on ONNX Runtime, behind the same arrays as `LinkPredictor`. Imports no torch."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import user_path
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.deploy.directory import id_columns, read_directory
from gnn2mlp.deploy.link_card import DECODER, EMBEDDER
from gnn2mlp.deploy.onnx_predictor import Network, OnnxPredictor
from gnn2mlp.deploy.onnx_seal import check_seal
from gnn2mlp.deploy.sealed import CONFIG
from gnn2mlp.deploy.unit import check_unit

# Of the regression for a direction, in mean squares of a number of an embedding.
_RIDGE = 1e-2


class OnnxLinkPredictor(BaseLinkPredictor):
    """Answers as the `LinkPredictor` does that wrote it, up to rounding.

    Args:
        embedder: gives embeddings of rows.
        decoder: maps the arrays `z_u` and `z_v`, each (pairs, width), to logits (pairs,), as `Network` does.
        id_column: the column of ids of the tables that the model was made from, or `None`.
    """

    embedder: OnnxPredictor

    def __init__(
        self,
        embedder: OnnxPredictor,
        decoder: Callable[[Mapping[str, np.ndarray]], np.ndarray],
        id_column: str | None = None,
    ):
        self.embedder = embedder
        self.decoder = decoder
        self.id_column = id_column

    @cached_property
    def inner_product(self) -> bool:
        """Whether logits are inner products, of which many are computed faster than by the file; it is asked, once."""
        rng, scales = np.random.default_rng(0), np.array([[0.1], [1.0], [10.0]] * 8)
        u, v = (self.held(scales * rng.normal(size=(len(scales), self.width))) for _ in range(2))
        return np.allclose(self.logits(u, v), (u * v).sum(1), rtol=1e-4, atol=1e-4)

    def logits(self, Zu: np.ndarray, Zv: np.ndarray) -> np.ndarray:
        """Logits (pairs,) of embeddings (pairs, width)."""
        return self.decoder({"z_u": self.held(Zu), "z_v": self.held(Zv)})

    def against(self, z: np.ndarray) -> Callable[[Any], np.ndarray]:
        """What scores one embedding (width,) against each of a block of `held`."""
        one = self.held(z)
        if self.inner_product:
            return lambda block: block @ one
        return lambda block: self.decoder({"z_u": np.broadcast_to(one, block.shape), "z_v": block})

    def direction(self, z: np.ndarray, sample: np.ndarray) -> np.ndarray:
        """The direction (width,) in which logits with `z` (width,) grow: that of `z`, where they are inner products."""
        return z if self.inner_product else super().direction(z, sample)

    def held(self, embeddings: np.ndarray) -> np.ndarray:
        """Embeddings in the network's precision."""
        return np.ascontiguousarray(embeddings, self.embedder.dtype)

    def digest(self) -> str:
        """The SHA-256 of both networks' files and the embedder's card."""
        content = getattr(self.decoder, "content", b"")
        return hashlib.sha256(self.embedder.digest().encode() + content).hexdigest()

    @classmethod
    def load(cls, directory: str | Path, threads: int = 1) -> Self:
        """Read what `LinkPredictor.to_onnx` wrote. It computes on the CPU, whatever ONNX Runtime was built for.

        Args:
            directory: that holds both files: a model directory, each of whose files is checked first, or another.
            threads: that one request may use.

        Raises:
            ConfigError: if ONNX Runtime is not installed.
            ArtefactError: if a file is missing, truncated, altered or of a newer format, if they are not of one model,
                or the model answers for nodes.
        """
        path = user_path(directory, "directory")
        files, ids = _contents(path)
        return cls.of_files(files, path, threads, next(iter(ids), None))

    @classmethod
    def of_files(cls, files: Mapping[str, bytes], where: Path, threads: int = 1, id_column: str | None = None) -> Self:
        """The same of the contents of both files, as `onnx_files` makes them.

        Args:
            files: contents by name.
            where: they are from, for messages.
            threads: that one request may use.
            id_column: as in the constructor.

        Raises:
            ConfigError: if ONNX Runtime is not installed.
            ArtefactError: if one is truncated, altered or of a newer format, or if they are not of one model.
        """
        embedder = OnnxPredictor.of_bytes(files[EMBEDDER], where / EMBEDDER, threads)
        check_seal(files[DECODER], where / DECODER)
        decoder = Network(files[DECODER], threads)
        if decoder.facts().get("source") != embedder.card.get("source"):
            raise ArtefactError(
                f"expected {EMBEDDER} and {DECODER} of one model in {where}, got those of two; export again"
            )
        return cls(embedder, decoder, id_column)


def _contents(path: Path) -> tuple[Mapping[str, bytes], list[str]]:
    """Both files, and the columns of ids, if anybody says them."""
    ids = []
    if (path / CONFIG).exists():
        found = read_directory(path, (EMBEDDER, DECODER))
        check_unit(found.config, path, "pair")
        files, ids = found.files, id_columns(path)
    else:
        files = {name: (path / name).read_bytes() for name in (EMBEDDER, DECODER) if (path / name).is_file()}
    if missing := [name for name in (EMBEDDER, DECODER) if name not in files]:
        raise ArtefactError(
            f"expected a model of links for ONNX Runtime in {path}, found no {missing[0]}; write both: gnn2mlp export "
            "DIR --onnx"
        )
    return files, ids
