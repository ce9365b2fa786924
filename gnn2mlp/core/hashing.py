"""Numbers in [0, 1) that follow from an id alone: how rows get a role, or a shard, that never changes.

MurmurHash3 (x86, 32 bits; Appleby, 2011) of an id's bytes, of many ids at a time.
"""

import numpy as np

from gnn2mlp.core.seeds import derive

_FACTORS = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)
_INT32 = np.iinfo(np.int32)


def uniform(ids: np.ndarray, seed: int, purpose: str) -> np.ndarray:
    """float64 (ids,) in [0, 1): a pure function of each id, the seed and the purpose.

    An id of whatever width that fits into 32 bits is hashed as four bytes, any other as all of its eight.

    Args:
        ids: whole numbers (ids,).
        seed: equal seeds give equal numbers.
        purpose: numbers for different purposes are independent.

    Example:
        >>> uniform(np.array([0, 1, 2]), 0, "split/hash/role").round(3).tolist()
        [0.62, 0.354, 0.842]
    """
    narrow = (ids >= _INT32.min) & (ids <= _INT32.max)
    hashes = np.empty(len(ids), dtype=np.uint32)
    for rows, dtype in ((narrow, "<i4"), (~narrow, "<u8" if ids.dtype.kind == "u" else "<i8")):
        chosen = np.ascontiguousarray(ids[rows], dtype=dtype)
        words = chosen.view("<u4").reshape(len(chosen), chosen.itemsize // 4)
        hashes[rows] = _murmur3(words, _key(seed, purpose))
    return hashes / 2.0**32


def uniform_bytes(data: np.ndarray, offsets: np.ndarray, seed: int, purpose: str) -> np.ndarray:
    """As `uniform`, of texts or other strings of bytes that lie one after the other.

    Args:
        data: uint8, the bytes of all of them.
        offsets: where each begins, and where the last ends: whole numbers (strings + 1,).
        seed: equal seeds give equal numbers.
        purpose: numbers for different purposes are independent.

    Example:
        >>> text = np.frombuffer(b"annbob", dtype=np.uint8)
        >>> uniform_bytes(text, np.array([0, 3, 6]), 0, "split/hash/role").round(3).tolist()
        [0.098, 0.245]
    """
    start, length = offsets[:-1].astype(np.int64), np.diff(offsets).astype(np.int64)
    padded = np.concatenate([data, np.zeros(4, dtype=np.uint8)])
    state = np.full(len(length), _key(seed, purpose), dtype=np.uint32)
    rows = np.arange(len(length))
    for place in range(0, int(length.max(initial=0)), 4):
        rows = rows[length[rows] > place]
        left = length[rows] - place
        # The last word of a string may be short: what follows it in `data` is the next one's.
        taken = padded[(start[rows] + place)[:, None] + np.arange(4)] * (left[:, None] > np.arange(4))
        word = np.ascontiguousarray(taken, dtype=np.uint8).view("<u4")[:, 0]
        whole = left >= 4
        state[rows[whole]] = _mixed(state[rows[whole]], word[whole])
        state[rows[~whole]] ^= _scrambled(word[~whole])
    return _finished(state, length.astype(np.uint32)) / 2.0**32


def _key(seed: int, purpose: str) -> np.uint32:
    return np.uint32(derive(seed, purpose) & 0xFFFFFFFF)


def _murmur3(words: np.ndarray, key: np.uint32) -> np.ndarray:
    """uint32 (rows,) of uint32 (rows, words)."""
    state = np.full(len(words), key, dtype=np.uint32)
    for column in words.T:
        state = _mixed(state, column)
    return _finished(state, np.uint32(4 * words.shape[1]))


def _mixed(state: np.ndarray, word: np.ndarray) -> np.ndarray:
    return _rotated(state ^ _scrambled(word), 13) * np.uint32(5) + np.uint32(0xE6546B64)


def _scrambled(word: np.ndarray) -> np.ndarray:
    return _rotated(word * _FACTORS[0], 15) * _FACTORS[1]


def _rotated(value: np.ndarray, bits: int) -> np.ndarray:
    return (value << np.uint32(bits)) | (value >> np.uint32(32 - bits))


def _finished(state: np.ndarray, length: np.ndarray | np.uint32) -> np.ndarray:
    state = state ^ length
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        state = (state ^ (state >> np.uint32(shift))) * np.uint32(factor)
    return state ^ (state >> np.uint32(16))
