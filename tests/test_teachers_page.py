"""The page of teachers says what the results say; ensembles of the script are those that the package trains."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Views
from gnn2mlp.teachers.ensemble import Ensemble
from tests.helpers import tiny_graph

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def teachers() -> Iterator[ModuleType]:
    """The script as a module, its folder on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("teachers")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("teachers", None)


def test_the_page_is_made_of_the_results(teachers: ModuleType) -> None:
    assert (BENCHMARKS / "TEACHERS.md").read_text() == teachers.page(teachers.read())


def test_a_line_of_an_ensemble_is_what_the_ensemble_scores(
    teachers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {"hidden": 8, "epochs": 4}
    recipe = {"teacher": {"sage": small, "gcn": small}}
    monkeypatch.setattr(teachers, "resolve_dataset", lambda name: type("Data", (), {"recipe": recipe}))
    monkeypatch.setattr(teachers, "SINGLE", ("sage", "gcn"))
    monkeypatch.setattr(teachers, "ENSEMBLES", {"both": ("sage", "gcn")})
    per_class = Spec("per_class", train=4, valid=4)
    monkeypatch.setattr(teachers, "Spec", lambda name: per_class if name == "cpf" else Spec(name))
    graph = tiny_graph()
    *_, line = teachers.lines("tiny", graph, 3)
    views = Views.of(graph, per_class.build(SPLITTERS).split(graph, 3, "inductive"))
    ensemble = Ensemble(members=[{"name": "sage", **small}, {"name": "gcn", **small}])
    ensemble.fit(views.observed, seed=3)
    right = ensemble.predict(graph).argmax(1) == graph.labels
    unseen = views.full.split.unseen
    assert line["teacher"] == "both"
    assert line["unseen"] == right[unseen].double().mean().item()
    cold = ensemble.predict(graph.without_links_of(unseen)).argmax(1) == graph.labels
    assert line["cold"] == cold[unseen].double().mean().item()
    assert line["valid"] == ensemble.history_.valid[-1]


def test_a_difference_is_told_with_its_interval(teachers: ModuleType) -> None:
    def line(name: str, seed: int, unseen: float) -> dict[str, object]:
        return {"teacher": name, "seed": seed, "split": str(seed), "ratio": 0.0, "unseen": unseen}

    own = [line("sage", seed, 0.80) for seed in range(4)]
    better = [line("grand", seed, 0.82 + 0.01 * (seed % 2)) for seed in range(4)]
    # Differences 2, 3, 2, 3: mean 2.5, standard error 0.2887, and t(3) = 3.1824 of it on either side.
    assert teachers.against_sage(own, better) == "+2.5 (+1.6 to +3.4)"
    assert teachers.against_sage(own, own) == ""
