"""What turns texts into rows of numbers, whatever it is made of."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.identity import fingerprint
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable
from gnn2mlp.nn.csr import Features


class TextEncoder(Configurable, ABC):
    """A row for each text, which depends on that text alone: what others say never matters once it is fitted.

    Subclasses supply `_encode`, and `_fit`, `state` and `load_state` where they learn from texts, or `checksum` where
    they have weights of their own.

    Attributes:
        needs_fit: whether it learns from the texts of training before it can encode any.
        costly: whether its rows are worth keeping: `encode_cached` keeps them.

    Example:
        >>> from gnn2mlp.core.spec import Spec
        >>> encoder = Spec("lsa", dim=2).build(TEXT_ENCODERS)
        >>> encoder.fit(["graphs and edges", "edges of graphs", "texts and words", "words of texts"])
        >>> encoder.encode(["a graph has edges"]).shape
        torch.Size([1, 2])
    """

    needs_fit: ClassVar[bool] = False
    costly: ClassVar[bool] = False

    def fit(self, texts: Sequence[str]) -> None:
        """Learn from the texts that training may see, and forget what was learnt before.

        Raises:
            DataError: for values that are no texts, or none of them.
        """
        listed = as_texts(texts, self.name)
        if self.needs_fit and not listed:
            raise DataError(f"text encoder {self.name!r}: expected texts to learn from, got none")
        self._fit(listed)

    def encode(self, texts: Sequence[str]) -> Features:
        """Float32 (texts, width), dense or `CSR`; as wide for every text, and for none.

        Raises:
            DataError: for values that are no texts.
            ConfigError: before `fit` where it is needed, or if a package or file is not there.
        """
        return self._encode(as_texts(texts, self.name))

    def _fit(self, texts: list[str]) -> None:
        """Default: nothing is learnt."""

    @abstractmethod
    def _encode(self, texts: list[str]) -> Features:
        """Rows of texts that have been checked."""

    def checksum(self) -> str:
        """SHA-256 of the weights that lie outside of this object, in a package or a file; empty where there are none.

        A student that was trained on its rows names it, and answers with no other weights.
        """
        return ""

    def outside(self) -> str | None:
        """Its weights, for the identity of what is made with them."""
        return self.checksum() or None

    def fingerprint(self) -> str:
        """Of all that decides what a text becomes: code, options, what was fitted, and weights from outside."""
        return fingerprint([type(self), self.spec(), self.state(), self.checksum()])

    def state(self) -> dict[str, Tensor]:
        """What was fitted, by name; weights of packages and files are not part of it."""
        return {}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take on what `state` of an equal object gave."""


TEXT_ENCODERS: Registry[TextEncoder] = Registry("text encoder", "gnn2mlp.texts", TextEncoder)  # type: ignore[type-abstract]


def as_texts(texts: Any, who: str) -> list[str]:
    """A sequence, array or column of texts as a list; whatever they say, they are texts.

    Raises:
        DataError: for one text in place of several, and for values that are none; the message shows no text.

    Example:
        >>> as_texts([0.5, 1.0], "tfidf")
        Traceback (most recent call last):
        gnn2mlp.core.errors.DataError: text encoder 'tfidf': expected texts, got float in place of text 0
    """
    if isinstance(texts, str | bytes) or not hasattr(texts, "__len__"):
        raise DataError(f"text encoder {who!r}: expected a list of texts, got one {type(texts).__name__}")
    listed = list(texts)
    for number, text in enumerate(listed):
        if not isinstance(text, str):
            raise DataError(
                f"text encoder {who!r}: expected texts, got {type(text).__name__} in place of text {number}"
            )
    return [str(text) for text in listed]
