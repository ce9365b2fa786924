import pytest

from tests.deploy.onnx_encoders.check import check

pytest.importorskip("onnx")


@pytest.mark.parametrize("gap", [None, [0.0, 0.5]])
def test_numbers_pass_and_gaps_are_zeros(gap: list[float] | None) -> None:
    table = {"at": [[1.5, -2.0], [0.1, 1e30], gap], "n": [1.0, 2.0, 4.0]}
    encoder = check(table, {"at": [[0.0, 0.0], None], "n": [1.0, 2.0]})
    assert encoder.columns[0].width == (3 if gap is None else 2)
