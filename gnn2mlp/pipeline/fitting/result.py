"""What every fit leaves behind, whatever it predicts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.showing import call


@dataclass(frozen=True)
class BaseFitResult:
    """Scores and the model directory of a fit; subclasses read the model.

    Args:
        results: the content of `scores.json`: configuration, data report, scores with intervals, verdict.
        out: the model directory; `None` of a dry run.
    """

    results: dict[str, Any]
    out: Path | None

    @property
    def verdict(self) -> str:
        """Whether distilling pays on this data, in a sentence."""
        return str(self.results["verdict"]["sentence"])

    @property
    def directory(self) -> Path:
        """The model directory.

        Raises:
            ConfigError: of a dry run, which has none.
        """
        if self.out is None:
            raise ConfigError("a dry run trains no model; call fit without dry_run")
        return self.out

    def __repr__(self) -> str:
        told = {"verdict": self.verdict} if "verdict" in self.results else {"data": self.results["data"]}
        return call(type(self).__name__, {"out": self.out, **told})
