"""What a fit leaves behind says what it found, and where the model is."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import FitResult, GraphFitResult, LinkFitResult
from gnn2mlp.pipeline.fitting.result import BaseFitResult

KINDS = (FitResult, LinkFitResult, GraphFitResult)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fit_tells_its_verdict_and_its_directory(kind: type[BaseFitResult], tmp_path: Path) -> None:
    made = kind({"verdict": {"sentence": "It pays."}}, tmp_path)
    assert (made.verdict, made.directory) == ("It pays.", tmp_path)
    assert repr(made).startswith(f"{kind.__name__}(")
    assert "It pays." in repr(made)
    with pytest.raises(FrozenInstanceError):
        made.out = None  # type: ignore[misc]


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_has_no_model(kind: type[BaseFitResult]) -> None:
    made = kind({"data": {"rows": 3}}, None)
    assert "rows" in repr(made)
    with pytest.raises(ConfigError, match="a dry run trains no model"):
        made.predictor()  # type: ignore[attr-defined]
