"""How a column is read where nobody says: by what its observed rows hold."""

import re
from typing import NamedTuple

import numpy as np

from gnn2mlp.encoders.values import Lists, Numbers, Other, Texts, Values, as_text

# Text of at most so many different values is a category; of more, the most frequent as many have features of their own.
CATEGORIES = 100
# Shares of different values from which a text of one word tells rows apart, and not kinds of rows.
_UNIQUE = 0.9
_ID_NAME = re.compile(r"(?i:(^|[_\W])(id|ids|uuid|guid|key|index|idx)$|^unnamed: 0$)|[a-z](Id|ID)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LOOKED_AT = 1000
# Means above so many medians are those of a few large numbers.
_SKEWED = 5


class Choice(NamedTuple):
    """The encoder of a column, why it is that one, and what to warn of, if anything."""

    encoder: str
    reason: str
    warning: str | None = None


def choose(values: Values, name: str) -> Choice:
    """The encoder of a column by its observed values (rows,), of which there is at least one row.

    Example:
        >>> from gnn2mlp.encoders.reading import read
        >>> choose(read([3, 3, 3]), "price")
        Choice(encoder='drop', reason='always 3', warning=None)
    """
    if isinstance(values, Other):
        why = f"values of a type that no encoder reads ({values.dtype})"
        return Choice("drop", why, f"it holds {why}; make numbers or texts of it, or leave it out")
    if values.gaps.all():
        return Choice("drop", "no value in any observed row")
    if isinstance(values, Numbers):
        return _of_numbers(values, name)
    if isinstance(values, Texts):
        return _of_texts(values, name)
    return _of_lists(values) if isinstance(values, Lists) else Choice("vector", "as many numbers in every row")


def _of_numbers(values: Numbers, name: str) -> Choice:
    numbers = values.numbers[~values.gaps]
    if numbers.min() == numbers.max():
        return _constant(_told(values, numbers[0]), bool(values.gaps.any()), str(values.kind), "raw")
    if values.kind == "boolean":
        return Choice("boolean", "true and false")
    if values.kind == "date":
        return Choice("date", "dates")
    if np.isin(numbers, (0, 1)).all():
        return Choice("raw", "0 and 1 alone, so as they are")
    whole = bool((numbers == np.floor(numbers)).all())
    if whole and _ID_NAME.search(name) and len(np.unique(numbers)) == len(values):
        why = "an id by its name, and different in every row"
        return Choice("drop", why, f"it looks like {why}; keep it with the encoder 'number'")
    different = len(np.unique(numbers[:_LOOKED_AT])) if whole else 0
    if whole and different <= 10 and len(np.unique(numbers)) <= 10:
        return Choice("number", f"numbers, {len(np.unique(numbers))} different ones; codes would be a 'category'")
    if numbers.min() >= 0 and numbers.mean() > _SKEWED * np.median(numbers):
        return Choice("number", "numbers, few of which are very large; their 'log' may serve better")
    return Choice("number", "numbers")


def _told(values: Numbers, number: float) -> str:
    if values.kind == "boolean":
        return str(bool(number)).lower()
    return str(np.datetime64(int(number), "D")) if values.kind == "date" else as_text(number)


def _constant(told: str, gaps: bool, kind: str, encoder: str) -> Choice:
    if not gaps:
        return Choice("drop", f"always {told}")
    encoder = "boolean" if kind == "boolean" else encoder
    return Choice(encoder, f"always {told}, so that only its gaps tell rows apart")


def _of_texts(values: Texts, name: str) -> Choice:
    counts = np.bincount(values.codes[values.codes >= 0], minlength=len(values.texts))
    met = [text for text, count in zip(values.texts, counts.tolist(), strict=True) if count]
    rows, different = int(counts.sum()), len(met)
    if different == 1:
        return _constant(repr(met[0]), bool(values.gaps.any()), "text", "category")
    some = met[:: max(1, different // _LOOKED_AT)]
    if all(map(_DATE.fullmatch, some)) and all(map(_DATE.fullmatch, met)):
        return Choice("date", "texts that are dates")
    warning = None
    if values.kind == "text" and all(map(_NUMBER.fullmatch, some)):
        warning = "it holds numbers written as text; give it a type of numbers if they are amounts"
    words = sum(len(text.split()) for text in some) / len(some)
    if different > _UNIQUE * rows and words < 2 and (different > 10 or _ID_NAME.search(name)):
        why = f"{different:,} different values in {rows:,} rows, like an id"
        return Choice("drop", why, warning or f"it has {why}; keep it with the encoder 'category' or 'text'")
    if words >= 2 and different > max(10, rows / 2):
        return Choice("text", f"texts of {words:.1f} words", warning)
    if different <= CATEGORIES:
        return Choice("category", f"{different} different values", warning)
    if words >= 2:
        return Choice("text", f"{different:,} different texts of {words:.1f} words", warning)
    return Choice("category", f"{different:,} different values, of which the {CATEGORIES} most frequent count", warning)


def _of_lists(values: Lists) -> Choice:
    lengths = np.diff(values.indptr)[~values.missing]
    if not lengths.any():
        return Choice("drop", "lists without any item")
    if isinstance(values.items, Texts):
        return Choice("bag", "lists of texts")
    numbers = values.items.numbers
    if np.array_equal(numbers, np.floor(numbers)):
        return Choice("bag", "lists of whole numbers")
    if lengths.min() == lengths.max():
        return Choice("vector", f"lists of {lengths[0]} numbers")
    why = "lists of fractions that differ in length"
    return Choice("drop", why, f"it holds {why}, which no encoder reads; give all of them one length")
