"""Requests that no server can answer, drawn by a seed."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.serving import served

_KINDS = ["likes", "kind", "open", "since", "note", "tags", "place"]


def bodies(count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """So many bodies, each with what is wrong with it."""
    draw = random.Random(seed)
    makers: list[Callable[[random.Random], tuple[str, bytes]]] = [
        _random_bytes,
        _cut_short,
        _deep,
        _huge_number,
        _not_a_number,
        _wrong_names,
        _wrong_type,
        _wrong_width,
        _no_row,
        _half_a_character,
    ]
    for number in range(count):
        yield makers[number % len(makers)](draw)


def _written(value: Any) -> bytes:
    return json.dumps(value).encode()


def _random_bytes(draw: random.Random) -> tuple[str, bytes]:
    return "random bytes", b"\x00" + draw.randbytes(draw.randrange(1, 4000))


def _cut_short(draw: random.Random) -> tuple[str, bytes]:
    whole = _written(served.ROW)
    return "cut short", whole[: draw.randrange(1, len(whole) - 1)]


def _deep(draw: random.Random) -> tuple[str, bytes]:
    depth = draw.choice([2_000, 100_000, 300_000])
    text = draw.choice(["[", '{"likes":', '{"a":['])
    return "deep JSON", (text * depth)[:1_000_000].encode()


def _huge_number(draw: random.Random) -> tuple[str, bytes]:
    number = draw.choice(["1e999", "-1e400", "9" * 400, "1" + "0" * 100_000, "-" + "7" * 5000])
    row = _written({**served.ROW, "likes": "HERE"}).replace(b'"HERE"', number.encode())
    return "a huge number", row


def _not_a_number(draw: random.Random) -> tuple[str, bytes]:
    return "NaN", _written({**served.ROW, "likes": float(draw.choice(["nan", "inf", "-inf"]))})


def _wrong_names(draw: random.Random) -> tuple[str, bytes]:
    name = draw.choice(_KINDS)
    row = {key: value for key, value in served.ROW.items() if key != name}
    return "a wrong name", _written([served.ROW, {**row, name.upper(): 1}] if draw.random() < 0.5 else row)


def _wrong_type(draw: random.Random) -> tuple[str, bytes]:
    wrong: dict[str, list[Any]] = {
        "likes": ["many", [1], {}],
        "open": ["perhaps", [True]],
        "since": ["yesterday", 3.5, {}],
        "tags": [{}, [[1]]],
    }
    name = draw.choice([*wrong])
    return "a wrong type", _written({**served.ROW, name: draw.choice(wrong[name])})


def _wrong_width(draw: random.Random) -> tuple[str, bytes]:
    return "a wrong width", _written({**served.ROW, "place": [0.5] * draw.choice([1, 3, 1000])})


def _no_row(draw: random.Random) -> tuple[str, bytes]:
    return "no row", _written(draw.choice([None, True, 3, "text", [1], [[]], [None], [served.ROW, 7], [{}]]))


def _half_a_character(draw: random.Random) -> tuple[str, bytes]:
    return "half a character", _written({**served.ROW, "note": "a\ud800" * draw.randrange(1, 5)})


VALUES: list[Any] = [None, True, 0, -1, 2.5, 1e308, 10**18, 10**300, 2**63, "", "x", "\x00", "é\u202e", "a" * 3000]
VALUES += [[], [[]], {}, ["x"], [None], [True, 1.5, "x"], {"a": 1}, "9999-12-31T23:59:59", "2020-02-30", "NaN"]
VALUES += [[1e308, 2], [10**300, 1]]


def mutations(whole: Any, count: int, seed: int = 0) -> Iterator[bytes]:
    """So many requests like a good one, in each of which some values are others, gone, or beside others."""
    draw = random.Random(seed)
    for _ in range(count):
        value = copy.deepcopy(whole)
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            _mutate(draw, value)
        yield _written(value)


def _mutate(draw: random.Random, value: Any) -> None:
    *way, last = draw.choice([path for path in _paths(value) if path] or [(None,)])
    if last is None:  # nothing is left of it
        return
    for step in way:
        value = value[step]
    new, chance = copy.deepcopy(draw.choice(VALUES)), draw.random()
    if chance < 0.7:
        value[last] = new
    elif chance < 0.85:
        del value[last]
    elif isinstance(value, list):
        value.append(new)
    else:
        value[f"{last}{draw.choice(['x', ' '])}"] = new


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Ways to every value in JSON."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield from _paths(inner, (*path, step))
