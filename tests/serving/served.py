"""Small models of every kind in directories of their own, and what asks them over HTTP."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.deploy import Calibration, Predictor
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.serving import Service, Settings
from gnn2mlp.serving.model import ServedModel, load_model
from gnn2mlp.students.mlp import MLPStudent
from tests.deploy import models_of

pytest.importorskip("onnx")
pytest.importorskip("skl2onnx")

CLASSES = ["bar", "shop", "zoo"]
TABLE: dict[str, list[Any]] = {
    "likes": [10, 20, None, 60, 5, 9],
    "kind": ["a", "b", "a", None, "b", "a"],
    "open": [True, False, True, True, None, False],
    "since": ["2019-05-01", "2020-05-01", "2021-06-01", "2020-01-01", None, "2018-02-03"],
    "note": ["red old house", "blue house by the sea", "red car", "old red house", "the sea is blue", "a car"],
    "tags": [["x", "y"], ["y"], [], ["x"], ["z", "x"], ["y"]],
    "place": [[1.0, 2.0], [3.0, 1.0], [0.0, 1.0], [2.0, 2.0], [1.0, 1.0], [0.5, 2.0]],
}
STATED: dict[str, Any] = {
    "note": {"name": "text", "least": 1},
    "kind": "category",
    "since": "date",
    "tags": {"name": "bag", "least": 1},
}
ROW: dict[str, Any] = {name: values[0] for name, values in TABLE.items()}
CALIBRATION = Calibration(temperature=0.5, conformal={"0.9": 0.65, "0.95": 0.8}, outlier=0.0, rows=210)


def of_columns(seed: int = 0, without: tuple[str, ...] = ()) -> Predictor:
    """A seeded, untrained student of columns of every kind, or of all but some."""
    kept = [name for name in TABLE if name not in without]
    stated = {name: encoder for name, encoder in STATED.items() if name in kept}
    columns = TableEncoder(stated).fit({name: TABLE[name] for name in kept})
    student = MLPStudent(hidden=4)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = student.build(columns.num_features, len(CLASSES))
    return Predictor(student, module, columns.num_features, CLASSES, columns=columns, calibration=CALIBRATION)


def saved(folder: Path, predictor: Predictor, onnx: bool = True) -> Path:
    """The model directory of a student."""
    predictor.save(folder, {"name": "Places"})
    if onnx:
        predictor.to_onnx(folder / "model.onnx")
    return folder


def loaded(folder: Path, predictor: Predictor | None = None) -> ServedModel:
    """The same as a server holds it."""
    return load_model(saved(folder, predictor or of_columns()))


def of_numbers(kind: str = "classes", names: bool = True) -> Predictor:
    """A student of four numbers, which answers in one of the ways of `models_of`."""
    return models_of.model(kind, names=["p", "q", "r", "s"] if names else None, calibrated=kind == "classes")


def run(function: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What a coroutine gives, in an event loop of its own."""
    return asyncio.run(function())


def table_rows() -> list[dict[str, Any]]:
    """The rows of `TABLE`."""
    return [dict(zip(TABLE, values, strict=True)) for values in zip(*TABLE.values(), strict=True)]


def close(first: Any, second: Any) -> bool:
    """Whether numbers are equal but for rounding in single precision."""
    return bool(np.allclose(first, second, atol=2e-6))


def running(kind: type[Service[Any]], folder: Path, ask: Any, **settings: Any) -> Any:
    """What a coroutine gives that asks a server of a directory while it runs."""

    async def all_of_it() -> Any:
        service = kind(folder, Settings(**{"watch": 0, **settings}))
        await service.start()
        try:
            return await ask(service)
        finally:
            await service.stop()

    return run(all_of_it)
