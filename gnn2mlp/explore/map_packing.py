"""Arrays in few bytes: what the page of a map holds, and the script in it unpacks."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

# Of a float32, its sign, exponent and 15 bits of its fraction: four to five significant digits.
_FLOAT_BYTES = 3


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """One compressed block: the length of the header, the header as JSON with where each array lies, the arrays.

    Integers are stored in the narrowest of 1, 2 or 4 bytes, numbers in 3; bytes of one significance lie together, which
    is what makes them compress. zlib's format is what a browser's `DecompressionStream("deflate")` reads.

    Args:
        header: what JSON can write.
        arrays: of one axis, non-negative integers or floats; NaN stays NaN.
    """
    parts, places, offset = [], {}, 0
    for name, array in arrays.items():
        data, kind, width = _planes(array)
        places[name] = {"kind": kind, "width": width, "count": len(array), "at": offset}
        parts.append(data)
        offset += len(data)
    text = json.dumps({**header, "arrays": places}, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return zlib.compress(len(text).to_bytes(4, "little") + text + b"".join(parts), 9)


def unpack(block: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What `pack` was given: the header, and the arrays by name, floats as they were rounded.

    Example:
        >>> header, arrays = unpack(pack({"title": "A"}, {"x": np.array([1, 300]), "y": np.array([0.1, np.nan])}))
        >>> header["title"], arrays["x"].tolist(), arrays["y"].round(4).tolist()
        ('A', [1, 300], [0.1, nan])
    """
    raw = zlib.decompress(block)
    start = 4 + int.from_bytes(raw[:4], "little")
    header = json.loads(raw[4:start])
    return header, {name: _array(raw, start, place) for name, place in header.pop("arrays").items()}


def _planes(array: np.ndarray) -> tuple[bytes, str, int]:
    if array.dtype.kind == "f":
        # Half of the last bit that stays is added first, so that numbers are rounded and not cut.
        bits = np.where(np.isnan(array), np.uint32(0x7FC00000), _rounded(array))
        kind, width, values = "float", _FLOAT_BYTES, bits >> 8
    else:
        top = int(array.max(initial=0))
        kind, values = "int", array.astype(np.uint32)
        width = 1 if top < 1 << 8 else 2 if top < 1 << 16 else 4
    octets = values.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :width]
    return np.ascontiguousarray(octets.T).tobytes(), kind, width


def _rounded(array: np.ndarray) -> np.ndarray:
    largest = 0.999 * float(np.finfo(np.float32).max)
    finite = np.where(np.isnan(array), 0.0, array).clip(-largest, largest)
    bits: np.ndarray = finite.astype("<f4").view("<u4")
    return bits + np.uint32(0x80)


def _array(raw: bytes, start: int, place: Mapping[str, Any]) -> np.ndarray:
    width, count = place["width"], place["count"]
    octets = np.frombuffer(raw, np.uint8, width * count, start + place["at"]).reshape(width, count)
    whole = np.zeros((count, 4), np.uint8)
    whole[:, 4 - width :] = octets.T if place["kind"] == "float" else 0
    if place["kind"] == "float":
        return whole.view("<f4").ravel().astype(float)
    whole[:, :width] = octets.T
    return whole.view("<u4").ravel().astype(np.int64)
