import json
import zlib

import numpy as np
import pytest

from gnn2mlp.explore.map_packing import pack, unpack


def test_integers_of_every_width_come_back() -> None:
    values = {"narrow": np.array([0, 255]), "two": np.array([256, 65535]), "four": np.array([0, 2**32 - 1])}
    header, arrays = unpack(pack({"title": "Zürich </script>"}, values))
    assert header == {"title": "Zürich </script>"}
    for name, expected in values.items():
        np.testing.assert_array_equal(arrays[name], expected)


def test_numbers_keep_four_digits_whatever_their_size() -> None:
    values = np.array([0.0, -1.0, 0.1, 1e-30, -123456.789, 3e38, np.nan])
    found = unpack(pack({}, {"x": values}))[1]["x"]
    np.testing.assert_allclose(found, values, rtol=2**-15)


def test_what_is_infinite_is_very_large() -> None:
    found = unpack(pack({}, {"x": np.array([np.inf, -np.inf])}))[1]["x"]
    assert found[0] > 3e38
    assert found[1] < -3e38


def test_the_block_says_where_each_array_lies() -> None:
    raw = zlib.decompress(pack({}, {"x": np.array([1, 2]), "y": np.array([300])}))
    header = json.loads(raw[4 : 4 + int.from_bytes(raw[:4], "little")])
    assert header["arrays"] == {
        "x": {"kind": "int", "width": 1, "count": 2, "at": 0},
        "y": {"kind": "int", "width": 2, "count": 1, "at": 2},
    }


def test_a_header_without_a_meaning_in_json_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        pack({"low": float("nan")}, {})
