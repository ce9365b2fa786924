"""What a node says, read by an encoder of texts."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.columns import column_order
from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.spec import Spec
from gnn2mlp.core.text import packed, unpacked
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.features import check_features
from gnn2mlp.texts import TEXT_ENCODERS
from gnn2mlp.texts.cache import SHARD, encode_cached
from gnn2mlp.texts.side_by_side import joined

_FITTED, _WEIGHTS, _NAMES = "encoder/", "weights", "feature_names"
_ASKED = ("texts", "features")


class TextInputs(Inputs):
    """The row that an encoder makes of the node's text; a student of it answers raw texts, of nodes that nobody knew.

    The encoder learns from the texts of observed nodes alone, and what it learnt ships with the student: words and
    their weights. Weights of packages and files are named by their checksum and stay where they are.

    Args:
        encoder: of texts, a name or a name with options; see `gnn2mlp.texts`.
        features: put the node's own features beside; what is asked is then `{"texts": texts, "features": rows}`, whose
            rows go by the names of columns where training had some.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> texts = ["red house", "blue house", "red door"]
        >>> graph = graph_from_arrays([[0.0], [1.0], [2.0]], [0, 1, 0], [[0, 1], [1, 2]], texts=texts)
        >>> inputs = TextInputs({"name": "tfidf", "least": 2})
        >>> inputs.fit_graph(graph)
        >>> inputs.asked_rows(["a red car"]).to_dense()  # of "house" and "red"
        tensor([[0., 1.]])
    """

    name = "text"
    citation = "Spärck Jones, A Statistical Interpretation of Term Specificity, Journal of Documentation 1972"
    reads_texts = True

    def __init__(self, encoder: Any = "tfidf", features: bool = False):
        self._encoder = Spec.parse(encoder).build(TEXT_ENCODERS)
        self.encoder = self._encoder.spec().to_dict()
        self.features = features
        self._names: tuple[str, ...] | None = None

    def fit(self, chunks: Iterable[Features]) -> None:
        """Not to be had of features alone: raises `ConfigError`."""
        raise self._without_texts("a table of features")

    def fit_graph(self, graph: Any) -> None:
        """Let the encoder learn from the graph's texts.

        Raises:
            ConfigError: if it has none.
        """
        self._encoder.fit(self._texts(graph))
        self._weights = self._encoder.checksum()

    def named(self, feature_names: Sequence[str] | None) -> "TextInputs":
        """The same, with the names of the features beside, by which it then reads the columns of tables."""
        made = copy.copy(self)
        made._names = None if feature_names is None or not self.features else tuple(feature_names)
        return made

    def prepare(self, graph: Any, progress: Progress = silent) -> None:
        """Have costly rows made and kept before they are asked for; a graph without texts is refused."""
        texts = self._texts(graph)
        for part in getattr(self._encoder, "parts", [self._encoder]):
            if part.costly:
                encode_cached(part, texts, progress=progress)

    def rows(self, graph: Any) -> Features:
        """Rows (nodes, width) of all nodes of a graph."""
        return self._rows(self._texts(graph), graph.features)

    def asked(self, graph: Any) -> Any:
        """What a student of these rows is asked about the nodes of a graph: their texts."""
        texts = self._texts(graph)
        return {"texts": texts, "features": graph.features} if self.features else texts

    @property
    def text_width(self) -> int:
        """How many numbers the encoder makes of a text."""
        return self._encoder.encode([""]).shape[1]

    def asked_rows(self, asked: Any) -> Features:
        """Rows (texts, width) of raw texts, or of these and features where they are put beside.

        Of fewer than 256 texts, as a request has them, nothing is looked up or kept in the cache.

        Raises:
            DataError: for anything else, such as numbers, or other columns of features; no message shows a text.
        """
        if not self.features:
            if isinstance(asked, Mapping) or hasattr(asked, "columns"):
                raise DataError(f"{self._wants()}, got a table; take the column of texts out of it")
            return self._rows(self._checked(asked), None, asked=True)
        if not isinstance(asked, Mapping):
            raise DataError(f"{self._wants()}, got {type(asked).__name__}")
        if set(asked) != set(_ASKED):
            raise DataError(f"{self._wants()}, got {listing([*map(repr, asked)]) or 'none'}")
        texts = self._checked(asked["texts"])
        features = self._beside(asked["features"])
        if len(texts) != features.shape[0]:
            raise DataError(f"{self._wants()}, as many of both, got {len(texts)} and {features.shape[0]}")
        return self._rows(texts, features, asked=True)

    def _beside(self, features: Any) -> Features:
        """Features that are asked about, checked, in the order of training."""
        name = f"inputs {self.name!r}"
        order = column_order(features, self._names, name)
        checked = check_features(features, name)
        return checked if order is None or not isinstance(checked, Tensor) else checked[:, order]

    def transform(self, features: Features) -> Features:
        """Not to be had of features alone: raises `ConfigError`."""
        raise self._without_texts("features alone")

    def state(self) -> dict[str, Tensor]:
        """What the encoder learnt, the checksum of its weights where they lie outside, and names of features beside."""
        fitted = {f"{_FITTED}{name}": value for name, value in self._encoder.state().items()}
        weights = getattr(self, "_weights", "")
        named = {} if self._names is None else {_NAMES: packed(self._names)}
        return fitted | named | ({_WEIGHTS: packed([weights])} if weights else {})

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take it on; weights are compared when the first text is read."""
        if _WEIGHTS in state:
            (self._weights,) = unpacked(state[_WEIGHTS])
        if _NAMES in state:
            self._names = tuple(unpacked(state[_NAMES]))
        fitted = {name.removeprefix(_FITTED): value for name, value in state.items() if name.startswith(_FITTED)}
        if fitted:
            self._encoder.load_state(fitted)

    def _rows(self, texts: Sequence[str], features: Features | None, asked: bool = False) -> Features:
        self._check_weights()
        few = asked and len(texts) < SHARD
        rows = self._encoder.encode(texts) if few else encode_cached(self._encoder, texts)
        return rows if features is None or not self.features else joined([rows, features.to(dtype=torch.float32)])

    def _check_weights(self) -> None:
        weights = getattr(self, "_weights", "")
        if weights and self._encoder.checksum() != weights:
            raise ConfigError(
                f"inputs {self.name!r}: expected the weights of {self._encoder.name} that trained the student, "
                f"checksum {weights[:16]}, got others; install the release, or name the file, that has them"
            )

    def _texts(self, graph: Any) -> Sequence[str]:
        texts: Sequence[str] | None = getattr(graph, "texts", None)
        if texts is None:
            raise self._without_texts(getattr(graph, "name", "the data"))
        return texts

    def _checked(self, texts: Any) -> list[str]:
        if isinstance(texts, str | bytes) or not hasattr(texts, "__len__"):
            raise self._no_text(texts)
        listed = texts.to_pylist() if hasattr(texts, "to_pylist") else list(texts)  # the former of Arrow
        for row, one in enumerate(listed):
            if not isinstance(one, str):
                raise self._no_text(one, f" in row {row}")
        return listed

    def _no_text(self, got: Any, where: str = "") -> DataError:
        found = f"{self._wants()}, got {type(got).__name__}{where}"
        return DataError(f"{found}; give raw texts, and no numbers made of them; an empty one where there is none")

    def _wants(self) -> str:
        wanted = "a mapping of 'texts' and 'features'" if self.features else "a list of texts"
        return f"inputs {self.name!r}: expected {wanted}"

    def _without_texts(self, what: str) -> ConfigError:
        return ConfigError(
            f"inputs {self.name!r} read the texts of nodes, and {what} has none; take a data set that has them, such "
            "as cora-cane, give an .npz file its texts with --texts FILE (in Python: graph_from_arrays(texts=...)), "
            "or let fit read a column of a table, which it does by itself"
        )
