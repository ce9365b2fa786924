import sys
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy.onnx_columns import check_convertible
from gnn2mlp.deploy.onnx_encoders.others import converted
from gnn2mlp.encoders import ENCODERS, ColumnEncoder, TableEncoder
from tests.deploy.onnx_encoders.check import check

pytest.importorskip("onnx")
pytest.importorskip("skl2onnx")


class Banded(ColumnEncoder):
    """A feature that says whether a number is above the mean, as a colleague would add it."""

    name = "banded"
    citation = "none"
    reads = frozenset({"number"})

    def _fit(self, values: Any) -> None:
        self.mean_ = float(np.nanmean(values.numbers))

    def _transform(self, values: Any) -> np.ndarray:
        return (values.numbers > self.mean_).astype(np.float32)[:, None]

    def feature_names(self, column: str) -> tuple[str, ...]:
        return (f"{column} above the mean",)

    def transformer(self) -> Any:
        from sklearn.preprocessing import Binarizer

        return Binarizer(threshold=self.mean_).fit(np.zeros((1, 1)))

    def prepare(self, values: Any) -> np.ndarray:
        return self._accepted(values).numbers[:, None]

    def state(self) -> dict[str, np.ndarray]:
        return {"mean": np.array([self.mean_])}

    def _load(self, facts: Any, state: Any) -> None:
        self.mean_ = float(state["mean"][0])


class Unwritable(Banded):
    name = "unwritable"

    def transformer(self) -> Any:
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer(np.sign).fit(np.zeros((1, 1)))


def test_an_encoder_from_outside_goes_through_skl2onnx() -> None:
    check({"a": [1.0, 2.0, 6.0], "b": [1.0, 2.0, 3.0]}, a=Banded())


def test_what_skl2onnx_cannot_convert_is_named_before_training_with_what_can_be() -> None:
    table = {"a": [1.0, 2.0, 6.0], "b": [1.0, 2.0, 3.0]}
    with pytest.raises(
        ConfigError,
        match=r"1 columns cannot be converted; 'a': .*'unwritable'.*can read it: number, log, raw, .*, or 'drop'",
    ):
        check_convertible(TableEncoder({"a": Unwritable()}).fit(table))


def test_encoders_of_the_package_are_convertible() -> None:
    table = {"a": [1.0, 2.0, 6.0], "on": ["2024-01-01", "2024-02-01", "2024-03-03"], "tags": [["x"], ["y"], ["x"]]}
    check_convertible(TableEncoder().fit(table))


@pytest.mark.parametrize(("name", "values"), [("category", ["a", "b", "a"]), ("bag", [["a"], ["b", "c"], ["a"]])])
def test_skl2onnx_agrees_where_it_is_right(name: str, values: list[Any]) -> None:
    import onnxruntime

    encoder = Spec(name).build(ENCODERS).fit(values)
    session = onnxruntime.InferenceSession(converted(encoder).SerializeToString(), providers=["CPUExecutionProvider"])
    (made,) = session.run(None, {"given": encoder.prepare(values).reshape(-1, 1)})
    expected = encoder.transform(values)
    np.testing.assert_array_equal(made, expected if isinstance(expected, np.ndarray) else expected.toarray())


def test_without_skl2onnx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(ConfigError, match=r"pip install 'gnn2mlp\[onnx\]'"):
        converted(Banded().fit([1.0, 2.0]))
