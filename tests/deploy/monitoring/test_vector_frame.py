import numpy as np

from gnn2mlp.deploy.monitoring.drift import Limits
from gnn2mlp.deploy.monitoring.vector_frame import VectorFrame, vectors_of
from gnn2mlp.encoders.reading import read


def vectors(rows: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    found = scale * np.random.default_rng(seed).normal([2, 0, 0, 0, 1], size=(rows, 5)).astype(np.float32)
    found[:, 3] += shift
    return found


def test_a_shift_of_one_dimension_and_of_the_length_are_noticed() -> None:
    frame = VectorFrame.fit(read(vectors(2000, 0)))
    then = frame.count(read(vectors(2000, 0)))

    def found(rows: np.ndarray) -> dict[str, tuple[float, float]]:
        return {one.what: (one.effect, one.p) for one in frame.checks(then, frame.count(read(rows)), Limits())}

    assert all(p > 0.001 for _, p in found(vectors(500, 1)).values())
    effect, p = found(vectors(500, 1, shift=0.8))["means"]
    assert 0.6 < effect < 1.0
    assert p < 1e-9
    assert found(vectors(500, 1, scale=2.0))["length"][0] > 0.2


def test_rows_of_gaps_are_counted_apart() -> None:
    rows = vectors(30, 0)
    rows[3] = np.nan
    kept, gaps = vectors_of(read(rows))
    assert (kept.shape, gaps) == ((29, 5), 1)
    counts = VectorFrame.fit(read(rows)).count(read(rows))
    assert (counts["rows"], counts["gaps"]) == (30, 1)
    alone = VectorFrame.fit(read(rows)).count(read(np.full((2, 5), np.nan, np.float32)))
    assert alone["gaps"] == 2
