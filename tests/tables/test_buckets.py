from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables.buckets import Buckets, hashed

IDS = np.random.default_rng(0).permutation(1000)


def test_rows_come_back_whole_and_ascending_from_the_bucket_of_their_id(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path, "left", 7, seed=0)
    for ids in np.array_split(IDS, 3):
        buckets.append({"id": ids, "x": np.stack([ids, -ids], 1).astype(np.float32)})
    rows = [buckets.pop(i) for i in range(7)]
    assert sorted(np.concatenate([part["id"] for part in rows])) == list(range(1000))
    for i, part in enumerate(rows):
        assert (np.diff(part["id"]) > 0).all()
        assert (part["x"] == np.stack([part["id"], -part["id"]], 1)).all()
        assert (np.floor(7 * hashed(part["id"], 0, "table/bucket")) == i).all()
        assert 90 < len(part) < 200
    assert list(tmp_path.iterdir()) == []
    assert len(buckets.pop(0)) == 0


def test_two_sides_agree_on_the_bucket(tmp_path: Path) -> None:
    sides = [Buckets(tmp_path, side, 5, seed=3) for side in ("left", "right")]
    sides[0].append({"id": IDS})
    sides[1].append({"id": IDS[::-1]})
    for i in range(5):
        assert (sides[0].pop(i)["id"] == sides[1].pop(i)["id"]).all()


def test_another_width_is_refused(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path, "left", 2, seed=0)
    buckets.append({"id": IDS, "x": np.zeros((1000, 2))})
    with pytest.raises(DataError, match="left: expected lists of one length in a column throughout"):
        buckets.append({"id": IDS, "x": np.zeros((1000, 3))})
