"""Every registered text encoder, small and offline, for the tests of them all."""

from collections.abc import Callable, Mapping
from pathlib import Path

from gnn2mlp.texts import Lsa, TextEncoder, TfIdf

MADE: Mapping[str, Callable[[Path], TextEncoder]] = {
    "lsa": lambda folder: Lsa(dim=8),
    "tfidf": lambda folder: TfIdf(),
}
