"""Hashes of ids: those of the published MurmurHash3, the same for ever, of all of an id's bytes."""

import numpy as np
import pytest
from sklearn.utils import murmurhash3_32

from gnn2mlp.core.hashing import uniform, uniform_bytes
from gnn2mlp.core.seeds import derive

KEY = derive(0, "p") & 0xFFFFFFFF


def reference(values: list[bytes]) -> list[float]:
    return [murmurhash3_32(value, seed=KEY, positive=True) / 2**32 for value in values]


def test_hashes_are_fixed_for_all_time() -> None:
    # Worked out once with scikit-learn 1.9.1; another value means that stored splits no longer hold.
    assert uniform(np.array([0, 1, 2]), 0, "split/hash/role").tolist() == pytest.approx(
        [0.620395231526, 0.354184444528, 0.84150631493], abs=1e-9
    )


def test_narrow_ids_are_hashed_as_four_bytes_and_wide_ones_as_eight() -> None:
    narrow = np.random.default_rng(0).integers(-(2**31), 2**31, 100)
    assert uniform(narrow, 0, "p").tolist() == reference([value.tobytes() for value in narrow.astype("<i4")])
    wide = np.array([2**31, -(2**31) - 1, 2**62 + 3, -(2**63)])
    assert uniform(wide, 0, "p").tolist() == reference([value.tobytes() for value in wide.astype("<i8")])
    mixed = np.array([5, 2**40, -1])
    assert uniform(mixed, 0, "p").tolist() == [uniform(mixed[[i]], 0, "p")[0] for i in range(3)]


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "i4", "u4", "i8", "u8"])
def test_an_id_counts_not_its_type(dtype: str) -> None:
    assert (
        uniform(np.array([3, 7, 100], dtype=dtype), 0, "p").tolist() == uniform(np.array([3, 7, 100]), 0, "p").tolist()
    )


def test_large_unsigned_ids_differ() -> None:
    ids = np.arange(1000, dtype=np.uint64) + np.uint64(2**63)
    assert len(np.unique(uniform(ids, 0, "p"))) == 1000


def test_ids_that_share_their_low_bits_differ() -> None:
    for ids in (np.arange(1000) * 2**32 + 7, (np.arange(1000) + 1_700_000_000_000) << 22):
        u = uniform(ids, 0, "p")
        assert len(np.unique(u)) > 990
        assert 0.4 < (u < 0.5).mean() < 0.6


def test_strings_of_any_length_are_hashed_whole() -> None:
    random = np.random.default_rng(0)
    values = [random.bytes(length) for length in [*range(40), 0, 7, 3]]
    offsets = np.concatenate([[0], np.cumsum([len(value) for value in values])])
    found = uniform_bytes(np.frombuffer(b"".join(values), dtype=np.uint8), offsets, 0, "p")
    assert found.tolist() == reference(values)


def test_no_ids_no_hashes() -> None:
    assert uniform(np.array([], dtype=np.int64), 0, "p").shape == (0,)
    assert uniform_bytes(np.array([], dtype=np.uint8), np.array([0]), 0, "p").shape == (0,)


def test_shares_hold_in_expectation() -> None:
    u = uniform(np.arange(100_000), 3, "test")
    assert 0 <= float(u.min()) < float(u.max()) < 1
    # Five standard deviations of a share p of 100,000: 5 * sqrt(p (1 - p) / 1e5).
    for p in (0.1, 0.5):
        assert float((u < p).mean()) == pytest.approx(p, abs=5 * (p * (1 - p) / 1e5) ** 0.5)


def test_roles_and_unseen_are_independent() -> None:
    ids = np.arange(100_000)
    both = np.stack([uniform(ids, 0, "split/hash/role"), uniform(ids, 0, "split/hash/unseen")])
    assert abs(float(np.corrcoef(both)[0, 1])) < 0.02
    assert not np.array_equal(uniform(ids, 0, "a"), uniform(ids, 1, "a"))
