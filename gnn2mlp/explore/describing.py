"""What stands in a row, in words: conditions on features and columns for slices, and a short text to look at."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from gnn2mlp.encoders.raw_table import RawTable
from gnn2mlp.encoders.values import Lists, Numbers, Texts, Values, Vectors, as_texts
from gnn2mlp.evaluate.conditions import Conditions, groups_of, joined, numbers_of, words_of

# Of more dense columns those with the greatest variance give conditions, of a category its most frequent values.
DENSE, CATEGORIES = 64, 30
# A text shows so many words or columns, and is cut at so many letters.
WORDS, COLUMNS, LETTERS = 12, 6, 160
# Text of more different values than this is read word by word.
_DISTINCT = 100


class Described(NamedTuple):
    """What is known of each of some nodes: conditions on them, and a text of each."""

    conditions: Conditions
    texts: list[str]


def describe_features(features: Any, names: Sequence[str] | None = None) -> Described:
    """Conditions and texts from features (rows, features), numpy or scipy sparse.

    Features that are 0 for most rows are words, which a row has or has not; others are numbers in four parts.

    Args:
        features: of the rows that are to be described.
        names: of the features; default: `feature 0`, `feature 1`, ...

    Example:
        >>> rows = sp.csr_matrix(np.array([[1.0, 0, 2], [0, 0, 1]] * 8))
        >>> found = describe_features(rows, ["gene", "cell", "data"])
        >>> found.texts[0], found.conditions.texts
        ('data, gene', ())
    """
    named = list(names) if names is not None else [f"feature {k}" for k in range(features.shape[1])]
    if sp.issparse(features) or _mostly_zero(features):
        matrix = sp.csr_matrix(features)
        short = named if names is not None else [*map(str, range(len(named)))]
        return Described(words_of(matrix, named, _least(matrix.shape[0])), _words(matrix, short, names is None))
    return _numbers(np.asarray(features, float), named)


def describe_table(table: Any, ids: np.ndarray | None = None) -> Described:
    """Conditions and texts from the columns of a table: pandas, polars, Arrow, or a mapping from names to columns.

    Numbers and dates are cut into four parts, categories taken value by value, texts and lists word by word; vectors
    give nothing that a person can read.

    Args:
        table: with a row for each node.
        ids: numbers of the rows that are described; default: all.

    Example:
        >>> found = describe_table({"kind": ["bar", "shop"] * 6, "likes": list(range(12))})
        >>> found.texts[1], found.conditions.texts[:3]
        ('kind: shop; likes: 1', ('kind is bar', 'kind is shop', 'likes is at most 2'))
    """
    raw = RawTable(table)
    columns = [(name, raw.read(name, rows=ids)) for name in raw.names]
    rows = raw.rows if ids is None else len(ids)
    parts = [of_column(name, values) for name, values in columns]
    found = joined([nothing(rows), *parts])
    shown = [(name, _shown(values)) for name, values in columns]
    told = [(name, texts) for name, texts in shown if texts is not None][:COLUMNS]
    return Described(found, [_cut("; ".join(f"{name}: {t[k]}" for name, t in told if t[k])) for k in range(rows)])


def nothing(rows: int) -> Conditions:
    """No condition on so many rows."""
    return Conditions((), (), (), sp.csr_matrix((rows, 0), dtype=np.float32))


def of_column(name: str, values: Values) -> Conditions:
    """Conditions on one column of a table."""
    rows = len(values)
    if isinstance(values, Numbers) and values.kind != "boolean":
        return nothing(rows) if values.gaps.all() else _of_numbers(name, values)
    if isinstance(values, Numbers | Texts):
        texts = as_texts(values)
        return _categories(name, texts) if len(texts.texts) <= _DISTINCT else _tokens(name, texts.to_list())
    if isinstance(values, Lists):
        items = as_texts(values.items).to_list()
        return _bags(name, [items[a:b] for a, b in zip(values.indptr[:-1], values.indptr[1:], strict=True)])
    return nothing(rows)


def _of_numbers(name: str, values: Numbers) -> Conditions:
    if values.kind != "date":
        return numbers_of(name, values.numbers)
    found = numbers_of(name, values.numbers)
    days = values.numbers[~values.gaps]
    edges = np.quantile(days, [0.25, 0.5, 0.75], method="inverted_cdf")
    told = [str(np.datetime64(int(edge), "D")) for edge in edges]
    texts = (f"{name} is until {told[0]}", *(f"{name} is until {b}, after {a}" for a, b in pairwise(told)))
    group = np.where(values.gaps, 4, np.searchsorted(edges, values.numbers, side="left"))
    return groups_of(name, found.kinds[0], group, [*texts, f"{name} is after {told[-1]}", f"{name} is missing"])


def _categories(name: str, texts: Texts) -> Conditions:
    count = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.texts))
    kept = np.argsort(-count, kind="stable")[:CATEGORIES]
    place = np.full(len(texts.texts) + 1, -1)
    place[kept] = np.arange(kept.size)
    group = place[texts.codes]
    group[texts.codes < 0] = kept.size
    return groups_of(name, "column", group, [*(f"{name} is {texts.texts[k]}" for k in kept), f"{name} is missing"])


def _tokens(name: str, texts: Sequence[str | None]) -> Conditions:
    import re

    split = re.compile(r"(?u)\b\w\w+\b").findall
    return _bags(name, [split((text or "").lower()) for text in texts])


def _bags(name: str, bags: Sequence[Sequence[str | None]]) -> Conditions:
    places: dict[str, int] = {}
    rows = [sorted({places.setdefault(item, len(places)) for item in bag if item}) for bag in bags]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    indices = np.array([place for row in rows for place in row], dtype=np.int64)
    matrix = sp.csr_matrix((np.ones(indices.size, dtype=np.float32), indices, indptr), shape=(len(bags), len(places)))
    return words_of(matrix, list(places), _least(len(bags)), owner=name)


def _least(rows: int) -> int:
    """Rows that a word is in, at least: fewer make no group that could be tested."""
    return max(20, rows // 500)


def _mostly_zero(features: Any) -> bool:
    some = np.asarray(features[:1000])
    return bool(some.size) and bool((some >= 0).all()) and float((some == 0).mean()) > 0.5


def _words(matrix: sp.csr_matrix, names: Sequence[str], numbered: bool = False) -> list[str]:
    """The rarest words of each row, as these tell most."""
    often = np.bincount(matrix.indices, minlength=matrix.shape[1])
    texts = []
    for start, stop in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        here = matrix.indices[start:stop][matrix.data[start:stop] > 0]
        order = here[np.argsort(often[here], kind="stable")[:WORDS]]
        more = ", …" if here.size > WORDS else ""
        told = sorted(order) if numbered else sorted(order, key=lambda k: names[k])
        texts.append(_cut("features " * numbered + ", ".join(names[k] for k in told) + more))
    return texts


def _numbers(features: np.ndarray, names: Sequence[str]) -> Described:
    spread = features.std(axis=0)
    kept = np.sort(np.argsort(-spread, kind="stable")[:DENSE])
    parts = [numbers_of(names[k], features[:, k]) for k in kept if spread[k] > 0]
    unusual = np.abs(features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    first = np.argsort(-unusual, axis=1, kind="stable")[:, :COLUMNS]
    texts = [
        _cut("; ".join(f"{names[k]}: {row[k]:.3g}" for k in sorted(places)))
        for row, places in zip(features, first, strict=True)
    ]
    return Described(joined([nothing(features.shape[0]), *parts]), texts)


def _shown(values: Values) -> list[str] | None:
    """What a cell of the column says; `None` for columns that nobody reads."""
    if isinstance(values, Vectors):
        return None
    if isinstance(values, Numbers) and values.kind not in ("boolean", "date"):
        return ["" if np.isnan(v) else f"{v:,.0f}" if v.is_integer() else f"{v:,.4g}" for v in values.numbers.tolist()]
    if isinstance(values, Numbers) and values.kind == "date":
        return ["" if np.isnan(v) else str(np.datetime64(int(v), "D")) for v in values.numbers.tolist()]
    if isinstance(values, Numbers | Texts):
        return [_cut(text or "", 60) for text in as_texts(values).to_list()]
    if isinstance(values, Lists):
        items = as_texts(values.items).to_list()
        ends = zip(values.indptr[:-1].tolist(), values.indptr[1:].tolist(), strict=True)
        return [
            ", ".join(str(item) for item in items[a : min(b, a + WORDS)]) + ", …" * (b > a + WORDS) for a, b in ends
        ]
    return None


def _cut(text: str, letters: int = LETTERS) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"
