"""One version of a model, as a server holds it: what batches, metrics and the look for the next one know of it."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Version(Protocol):
    """A model that was read and checked whole, and answers requests that were read for it."""

    @property
    def name(self) -> str:
        """In addresses."""

    @property
    def version(self) -> str:
        """The first digits of the SHA-256 of `config.json`, which vouches for every file of the model."""

    @property
    def edition(self) -> Hashable:
        """Differs where anything differs that answers are made of."""

    @property
    def config(self) -> Mapping[str, Any]:
        """What `config.json` says."""

    @property
    def labels(self) -> Sequence[str]:
        """Names of its classes, where it has some."""

    def judge(self, requests: Sequence[Any]) -> Sequence[Any]:
        """What is known of each request, or the error that says why it has no answer."""
