from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.encoders import ENCODERS, ColumnEncoder


class Doubled(ColumnEncoder):
    """An encoder from outside of the package, with nothing to learn."""

    reads = frozenset({"number"})

    def _fit(self, values: Any) -> None:
        pass

    def _transform(self, values: Any) -> np.ndarray:
        return np.float32(2 * values.numbers)[:, None]

    def feature_names(self, column: str) -> tuple[str, ...]:
        return (f"2 x {column}",)

    def transformer(self) -> Any:
        raise NotImplementedError

    def prepare(self, values: Any) -> np.ndarray:
        raise NotImplementedError


def test_the_registry_finds_every_file() -> None:
    assert {*["number", "log", "raw", "boolean", "category", "date", "bag", "text", "vector", "drop"]} == set(
        ENCODERS.names()
    )
    with pytest.raises(UnknownNameError, match="did you mean 'category'"):
        ENCODERS.get("categories")


def test_one_from_outside_needs_five_methods() -> None:
    encoder = Doubled().fit([1, 2])
    assert encoder.transform([3]).tolist() == [[6.0]]
    assert encoder.width == 1
    assert encoder.unseen([3]).tolist() == [False]
    again = Doubled.load(encoder.facts(), encoder.state())
    assert again.transform([3]).tolist() == [[6.0]]


def test_options_are_checked() -> None:
    with pytest.raises(ConfigError, match="did you mean 'most'"):
        Spec("category", mots=3).build(ENCODERS)


def test_a_copy_to_be_fitted_leaves_the_object_alone() -> None:
    encoder = Spec("category", most=2).build(ENCODERS)
    copied = encoder.unfitted().fit(["a"])
    assert copied == encoder
    assert not hasattr(encoder, "categories_")
