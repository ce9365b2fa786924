"""Fixtures of a fit: small tables, settings that are quickly trained, a fit of them that is made once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.pipeline import FitConfig, FitResult, fit
from gnn2mlp.report import page
from tests.company import company

# A teacher, a student and a training that take a second in all.
SMALL: dict[str, Any] = {
    "teacher": {"name": "sage", "hidden": 16, "epochs": 30},
    "student": {"name": "mlp", "hidden": 16},
    "distill": {"epochs": 30},
}


@pytest.fixture(scope="session")
def company_tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Settings that name small tables, and components that are quickly trained."""
    return {**company().write(tmp_path_factory.mktemp("company")), **SMALL}


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Pages without pictures, which take most of the time of a small fit; `undo()` has them drawn again."""
    monkeypatch.setattr(page, "inline_svg", lambda figure, key, description: "<svg/>")
    return monkeypatch


@pytest.fixture(scope="session")
def fitted(company_tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> FitResult:
    """A finished fit of them."""
    return fit(FitConfig(**company_tables, out=tmp_path_factory.mktemp("fitted") / "model"))


@pytest.fixture
def fit_settings(company_tables: dict[str, Any], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The same settings with a folder of their own, and some of them changed."""
    return lambda **changes: {**company_tables, "out": tmp_path / "model", **changes}
