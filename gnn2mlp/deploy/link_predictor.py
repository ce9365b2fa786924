"""A trained model of links behind arrays: it reads two rows of features, and no graph."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.decoders.dot import InnerProduct
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.deploy.directory_writing import place_files
from gnn2mlp.deploy.link_decoders import fixed
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.deploy.student_file import read_parts
from gnn2mlp.encoders.table import TableEncoder
from gnn2mlp.inputs import Inputs
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.students import Student
from gnn2mlp.tasks.answers import EmbeddingAnswers

# Of sampled candidates, those at which the gradient is taken.
_BEST = 32


class LinkPredictor(BaseLinkPredictor):
    """Probabilities of links between nodes from their features; it needs no edges, so new nodes are nothing special.

    A node is embedded once, from its row, and any two embeddings are scored. Links have no direction, and a pair's
    probability is that of training, where there were as many random pairs as links: it ranks, and has to be scaled
    where links are rare.

    Args:
        student: the recipe that built `module`, such as a `LinkStudent`; its `hidden` is the width of the embeddings.
        module: the trained network, on the device where it is to answer.
        num_features: width of a feature row.
        card: where the student comes from (JSON-able).
        feature_names: column names of training; tables are checked against them.
        inputs: what makes the rows that `module` reads, fitted; default: the features themselves.
        cuda_graphs: as in `Predictor.load`.
        columns: what makes features of a table's columns, fitted. Rows are then tables as they are (data frames, Arrow
            tables, columns by name), and `feature_names` are the columns that are read.

    Attributes:
        embedder: the `Predictor` whose outputs are the embeddings: whatever takes a predictor, such as `BatchScorer`,
            takes it.

    Raises:
        ConfigError: if the network scores no pairs, its inputs take the graph, there are feature names, but not one per
            feature, or the columns give another number of features.

    Example:
        >>> from gnn2mlp.students import LinkStudent
        >>> student = LinkStudent({"name": "mlp", "hidden": 16}, decoder="hadamard", width=8)
        >>> predictor = LinkPredictor(student, student.network(4, 1), num_features=4)
        >>> X = np.eye(4, dtype=np.float32)
        >>> predictor.embed(X).shape, predictor.score_pairs(X, [(0, 1), (2, 3)]).shape
        ((4, 8), (2,))
        >>> both = predictor.score_pairs(X, [(0, 1), (1, 0)])
        >>> bool(both[0] == both[1])
        True
        >>> predictor.top(X, node=0, k=2).ids.shape
        (2,)
    """

    embedder: Predictor

    def __init__(
        self,
        student: Student,
        module: LinkNetwork,
        num_features: int,
        card: Mapping[str, Any] | None = None,
        feature_names: Sequence[str] | None = None,
        inputs: Inputs | None = None,
        cuda_graphs: bool = False,
        columns: TableEncoder | None = None,
    ):
        if not isinstance(module, LinkNetwork):
            raise ConfigError(
                f"module: expected a network that embeds nodes and scores pairs, as LinkStudent builds it, got "
                f"{type(module).__name__}; one that answers for nodes goes into a Predictor"
            )
        if inputs is not None and not inputs.of_features:
            raise ConfigError(
                f"inputs: the inputs {inputs.name!r} make a row of a node's place in the graph, and links are "
                "predicted without it; take others"
            )
        answers = EmbeddingAnswers(student.hidden)
        facts = answers, card, feature_names, inputs, cuda_graphs
        self.embedder = Predictor(student, module, num_features, *facts, columns=columns)

    @classmethod
    def _of(cls, embedder: Predictor) -> Self:
        made = cls.__new__(cls)
        made.embedder = embedder
        return made

    @property
    def id_column(self) -> str | None:  # type: ignore[override]
        """The column of ids of the tables that the model was made from, if its directory names one."""
        columns = self.about.get("columns", {})
        return next((name for name, role in columns.items() if role == "id"), None)

    @property
    def about(self) -> dict[str, Any]:
        """What its model directory said of it."""
        return self.embedder.about

    @property
    def student(self) -> Student:
        """The recipe of the network."""
        return self.embedder.student

    @property
    def module(self) -> LinkNetwork:
        """The network."""
        return self.embedder.module  # type: ignore[return-value]

    @property
    def card(self) -> dict[str, Any]:
        """Where the student comes from."""
        return self.embedder.card

    @property
    def inputs(self) -> Inputs:
        """What makes the rows that the network reads."""
        return self.embedder.inputs

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.embedder.device

    @torch.inference_mode()
    def logits(self, Zu: np.ndarray, Zv: np.ndarray) -> np.ndarray:
        """Logits (pairs,) of embeddings (pairs, width)."""
        return _numpy(self.module.score(self.held(Zu), self.held(Zv)))

    @torch.inference_mode()
    def against(self, z: np.ndarray) -> Callable[[Any], np.ndarray]:
        """What scores one embedding (width,) against each of a block of `held`."""
        score = fixed(self.module.decode, self.held(z))
        return torch.inference_mode()(lambda block: _numpy(score(block)))

    def direction(self, z: np.ndarray, sample: torch.Tensor) -> np.ndarray:
        """The mean gradient (width,) of logits with `z` (width,) at the best of some candidates."""
        one = self.held(z)
        if isinstance(self.module.decode, InnerProduct):
            return z
        with torch.no_grad():
            logits = fixed(self.module.decode, one)(sample)
            ends = sample[logits.topk(min(_BEST, len(logits))).indices]
        with torch.inference_mode(False), torch.enable_grad():
            ends = ends.clone().requires_grad_()
            total = self.module.decode(one.clone().expand_as(ends), ends).sum()
            (gradient,) = torch.autograd.grad(total, ends)
        return _numpy(gradient.mean(0))

    def held(self, embeddings: np.ndarray) -> torch.Tensor:
        """Embeddings as a tensor of the network's precision, on its device; not copied where they are that already."""
        found = np.ascontiguousarray(embeddings)
        found = found if found.flags.writeable else found.copy()
        return torch.from_numpy(found).to(self.device, self.embedder.dtype)

    @property
    def search_threads(self) -> int:
        """As many as torch may use for the inner product, a product with a vector, which torch does on one thread."""
        alone = isinstance(self.module.decode, InnerProduct) and self.device.type == "cpu"
        return torch.get_num_threads() if alone else 1

    def taken(self, table: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
        """Some rows of what `held` gave: a third of what it costs to index with an array of numpy."""
        return table.index_select(0, torch.from_numpy(rows).to(table.device))

    def to(self, device: str | torch.device, cuda_graphs: bool = False) -> "LinkPredictor":
        """The same model on another device; this one stays where it is.

        Args:
            device: as in `load`.
            cuda_graphs: likewise.

        Raises:
            ConfigError: if there is no such device.
        """
        return self._of(self.embedder.to(device, cuda_graphs))

    def save(self, directory: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write a model directory: weights, `config.json` and a model card, all checksummed, without pickle.

        Args:
            directory: where to; made if absent. A model that is there is replaced, anything else is not.
            about: what there is to say of the model: figures by population, data, papers; see
                `gnn2mlp.deploy.write_directory`, which takes further files besides.

        Returns:
            Path of the weights in it.

        Raises:
            ConfigError: for a key of `about` that cannot be.
            ArtefactError: if it cannot be written, or the directory holds something else.
        """
        return self.embedder.save(directory, about)

    def save_file(self, path: Path) -> None:
        """Write the student alone, as one checksummed file, which `load` reads where it is called as in a directory.

        Raises:
            ArtefactError: if it cannot be written.
        """
        self.embedder.save_file(path)

    def digest(self) -> str:
        """The SHA-256 that the student's file of `save` has in its header."""
        return self.embedder.digest()

    def to_onnx(self, directory: str | Path) -> Path:
        """Write two files for ONNX Runtime, which `OnnxLinkPredictor` reads without torch.

        `embedder.onnx` goes from rows, or columns of tables, to embeddings, `decoder.onnx` from two embeddings to the
        probability of a link; see `gnn2mlp.deploy.onnx_links`.

        Args:
            directory: where to; made if absent. A model directory takes them up among its files.

        Returns:
            The directory.

        Raises:
            ConfigError: if ONNX or ONNX Runtime is not installed, or a column cannot be converted.
            ArtefactError: if a file cannot be written, or the directory is another model's.
        """
        from gnn2mlp.deploy.onnx_links import onnx_files

        folder = user_path(directory, "directory")
        place_files(folder, onnx_files(self), self.embedder.encode())
        return folder

    @classmethod
    def load(cls, directory: str | Path, device: str | torch.device = "cpu", cuda_graphs: bool = False) -> Self:
        """Read what `save` wrote; nothing is unpickled.

        Args:
            directory: a model directory, each of whose files is checked first, or a folder with a student's file alone.
            device: where to answer, `"auto"`, `"cpu"`, `"cuda"` or `"cuda:N"`. An index of candidates is held there.
            cuda_graphs: as in `Predictor.load`, for embedding.

        Raises:
            ConfigError: if there is no such device.
            ArtefactError: if a file is missing, truncated, altered, added, or of a newer format, or if the model
                answers for nodes.
        """
        parts = read_parts(directory, device, "pair")
        facts = parts.answers, parts.card, parts.feature_names, parts.inputs, cuda_graphs, None, parts.columns
        embedder = Predictor(parts.student, parts.module, parts.num_features, *facts)
        embedder.about = parts.told
        embedder.check_width(parts.width, user_path(directory, "directory") / STUDENT)
        return cls._of(embedder)


def _numpy(logits: torch.Tensor) -> np.ndarray:
    found = logits.cpu()
    return (found if found.dtype == torch.float64 else found.float()).numpy()
