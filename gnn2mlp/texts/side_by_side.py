"""Several encoders, their columns one after the other."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.texts._base import TEXT_ENCODERS, TextEncoder


class SideBySide(TextEncoder):
    """[a ‖ b ‖ ...]: what words say and what a language model reads complement each other.

    Rows are sparse where all of them are.

    Args:
        encoders: names, or names with options.

    Raises:
        ConfigError: if there is none.

    Example:
        >>> both = SideBySide(["tfidf", {"name": "hashed", "width": 8}])
        >>> both.fit(["red house", "red", "house"])
        >>> both.encode(["red"]).shape
        (1, 10)
    """

    name = "side_by_side"
    citation = "systematic combination of Deerwester et al., JASIS 1990, and Reimers and Gurevych, EMNLP 2019"

    def __init__(self, encoders: Sequence[Any] = ("minilm", "lsa")):
        if not encoders or isinstance(encoders, str):
            raise ConfigError(f"text encoder.encoders: expected a list of encoders, got {encoders!r}")
        self.parts = [Spec.parse(one).build(TEXT_ENCODERS) for one in encoders]
        self.encoders = [part.spec().to_dict() for part in self.parts]

    @property
    def needs_fit(self) -> bool:  # type: ignore[override]
        """Whether one of them does."""
        return any(part.needs_fit for part in self.parts)

    def _fit(self, texts: list[str]) -> None:
        for part in self.parts:
            part.fit(texts)

    def _encode(self, texts: list[str]) -> Features:
        return joined([part.encode(texts) for part in self.parts])

    def checksum(self) -> str:
        """Of all that have weights outside; empty where none has."""
        parts = [part.checksum() for part in self.parts]
        return digest_json(parts) if any(parts) else ""

    def state(self) -> dict[str, Tensor]:
        """What each has learnt, under its number."""
        return {f"{n}/{name}": value for n, part in enumerate(self.parts) for name, value in part.state().items()}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Take it on."""
        for number, part in enumerate(self.parts):
            own = {name.removeprefix(f"{number}/"): v for name, v in state.items() if name.startswith(f"{number}/")}
            if own:
                part.load_state(own)


def joined(rows: Sequence[Features]) -> Features:
    """Rows side by side (texts, all columns), sparse where all are.

    Example:
        >>> joined([torch.ones(2, 1), torch.zeros(2, 2)]).tolist()
        [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    if all(isinstance(part, CSR) for part in rows):
        from scipy.sparse import hstack

        return CSR.from_scipy(hstack([part.to_scipy() for part in rows if isinstance(part, CSR)], format="csr"))
    return torch.cat([part.to_dense() if isinstance(part, CSR) else part for part in rows], dim=1)
