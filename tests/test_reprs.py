"""Whatever the package hands out shows itself in a line or two, and never with the numbers that it holds."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch

import gnn2mlp
from gnn2mlp import FitConfig, RunConfig, fit, run
from gnn2mlp.data import Views
from gnn2mlp.distill import Distiller
from gnn2mlp.explore import Codebook, behind_code, code_by_class, code_map, code_usage, nearest_codes, truncation
from gnn2mlp.explore.trust import trust_table
from gnn2mlp.nn.csr import CSR
from gnn2mlp.objectives import HardLabels
from gnn2mlp.pipeline import FitResult, trust
from gnn2mlp.students import STUDENTS
from gnn2mlp.students.mlp import MLPStudent
from tests.estimators.conftest import quick
from tests.fitted import company_tables, fitted  # noqa: F401  (fixtures)
from tests.helpers import tiny_arrays
from tests.pipeline.conftest import npz, settings  # noqa: F401  (fixtures)
from tests.tiny import random_knowledge, small, tiny_views

MOST = 400
# What a field is annotated with where it may be long.
_LONG = re.compile(r"Tensor|ndarray|Mapping|dict\[|list\[|Sequence|CSR|tuple\[.*Any")


def _public() -> Iterator[type]:
    for module in pkgutil.walk_packages(gnn2mlp.__path__, "gnn2mlp."):
        if module.ispkg and module.name.count(".") == 1:
            package = importlib.import_module(module.name)
            offered = [getattr(package, name) for name in getattr(package, "__all__", ())]
            yield from filter(inspect.isclass, offered)


def _is_generated(cls: type) -> bool:
    """Whether the class shows every field as it is, as dataclasses and named tuples do of themselves."""
    code = getattr(inspect.unwrap(cls.__repr__), "__code__", None)
    return code is not None and (code.co_filename == "<string>" or "collections" in code.co_filename)


def _fields(cls: type) -> dict[str, str]:
    if dataclasses.is_dataclass(cls):
        return {field.name: str(field.type) for field in dataclasses.fields(cls)}
    return {name: str(kind) for name, kind in getattr(cls, "__annotations__", {}).items()}


@pytest.mark.parametrize("cls", sorted(set(_public()), key=lambda cls: f"{cls.__module__}.{cls.__name__}"))
def test_a_public_class_whose_fields_may_be_long_says_how_it_shows_itself(cls: type) -> None:
    long = [name for name, kind in _fields(cls).items() if _LONG.search(kind) and "Callable" not in kind]
    if (dataclasses.is_dataclass(cls) or issubclass(cls, tuple)) and long:
        assert not _is_generated(cls), f"{cls.__name__} prints {', '.join(long)}: let it return short_repr(self)"


def _says_little(result: Any) -> None:
    said = repr(result)
    assert len(said) <= MOST, f"{type(result).__name__} prints {len(said)} characters: {said[:200]}"
    assert said.startswith((type(result).__name__, "Spec("))


def test_data_and_knowledge_and_what_is_read_of_them() -> None:
    views = tiny_views()
    graph, knowledge = views.full.graph, random_knowledge(torch.arange(views.full.graph.num_nodes))
    labels, edges = graph.labels, graph.structure["edge_index"]
    sparse = CSR.from_dense(torch.eye(200))
    for result in (graph, graph.task, views, views.observed, views.full, views.full.split, knowledge, sparse):
        _says_little(result)
    read = (code_usage(knowledge), code_by_class(knowledge, labels), nearest_codes(knowledge, 0), code_map(knowledge))
    for result in (*read, truncation(knowledge), behind_code(knowledge, edges, labels, 0)):
        _says_little(result)
    _says_little(trust_table(knowledge, edges, labels))
    book = Codebook(knowledge, graph.features, edge_index=edges, labels=labels.numpy())
    for result in (book, book.figures, book.compare(book), book.merge_map()):
        _says_little(result)
    _says_little(Views.of(graph, views.full.split))


def test_what_training_gives() -> None:
    views = tiny_views()
    result = Distiller(epochs=3).fit(MLPStudent(hidden=8), HardLabels(), views.observed)
    for found in (
        result,
        result.history,
        result.module(views.full.graph.features),
        small(STUDENTS, "mlp"),
        Distiller(),
    ):
        _says_little(found)


def test_estimators_and_predictors() -> None:
    x, y, edges = tiny_arrays(nodes=90, features=40)
    model = quick(method="vqgraph", teacher={"name": "vq", "codes": 4, "encoder": {"name": "sage", "epochs": 3}})
    model.fit(x, y, edge_index=edges)
    for result in (model, model.predictor_, model.knowledge_, model.graph_, model.codebook(), model.teacher_):
        _says_little(result)


def test_a_run_and_its_configuration(settings: dict[str, Any]) -> None:  # noqa: F811
    config = RunConfig(**settings)
    result = run(config)
    for found in (config, config.resolve(), result, result.predictor(), trust(config)):
        _says_little(found)
    assert "student" in repr(result)
    assert str(config) == repr(config)


def test_a_fit_and_its_configuration(fitted: FitResult, company_tables: dict[str, Any]) -> None:  # noqa: F811
    config = FitConfig(**company_tables)
    for found in (fitted, config, config.resolve(240), fitted.predictor(), fit(config, dry_run=True)):
        _says_little(found)
