"""Texts as TF-IDF: lower case, words by a regular expression, counts, weights, rows of length 1.

skl2onnx converts scikit-learn's vectoriser too, yet what it makes asks for the locale en_US.UTF-8, which most
containers lack. Here letters of ASCII are made lower by the locale C, which is everywhere, and words with other letters
are in the vocabulary in upper case as well, all with the feature of the word: with each way to write up to six such
letters, and of more as in `word`, `Word` and `WORD`. `OnnxPredictor` lowers texts itself, as Python does. What differs
without it: words with more than six letters beyond ASCII that are written in another mixture of cases, and Greek words
whose last sigma is followed by a sign and a further letter.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gnn2mlp.deploy.onnx_encoders._base import Block, Given, all_of
from gnn2mlp.deploy.onnx_parts import Part
from gnn2mlp.encoders.text import PATTERN

_LETTERS = 6
# The one capital that is two letters in lower case.
_DOTTED = "\u0130"


def convert(part: Part, columns: Sequence[Given]) -> list[Block]:
    """A chain of nodes for each column."""
    return [all_of(_weighed(part, column), column) for column in columns]


def _weighed(part: Part, column: Given) -> str:
    """TF-IDF, float32 (rows, vocabulary)."""
    flat = part.add("Squeeze", [column.value, part.constant([1])])
    lower = part.add("StringNormalizer", [flat], case_change_action="LOWER", is_case_sensitive=1, locale="C")
    words = part.add("Tokenizer", [lower], "com.microsoft", mark=0, mincharnum=1, pad_value="", tokenexp=PATTERN)
    forms_of = [(form, place) for place, word in enumerate(column.encoder.words_) for form in forms(word)]
    others = [(form, place) for form, place in forms_of if form != column.encoder.words_[place]]
    written = [*zip(column.encoder.words_, itertools.count()), *others]  # each word itself at its own place
    idf = column.encoder.idf_.astype(np.float32)[[place for _, place in written]]
    weights = counted(part, words, [form for form, _ in written], [place for _, place in written], idf.tolist())
    # The sum of squares, as ONNX Runtime's own norms and `Normalizer` take twice as long.
    squares = part.add("ReduceSum", [part.add("Mul", [weights, weights]), part.constant([1])], keepdims=1)
    length = part.add("Max", [part.add("Sqrt", [squares]), part.constant(np.float32(1e-30))])
    return part.add("Div", [weights, length])


def counted(
    part: Part, words: str, vocabulary: Sequence[str], places: Sequence[int], weights: Sequence[float] | None = None
) -> str:
    """How often the words of each place are in a row, times their weights: float32 (rows, places).

    Args:
        part: that the node is added to.
        words: name of the words (rows, most words).
        vocabulary: words.
        places: of each word.
        weights: of each word; default: 1.
    """
    options: dict[str, Any] = {"min_gram_length": 1, "max_gram_length": 1, "max_skip_count": 0, "ngram_counts": [0]}
    options |= {"mode": "TF"} if weights is None else {"mode": "TFIDF", "weights": list(weights)}
    return part.add("TfIdfVectorizer", [words], ngram_indexes=list(places), pool_strings=list(vocabulary), **options)


def forms(word: str) -> Iterator[str]:
    """A lower-case word as it may stand in a text whose ASCII letters were made lower.

    Example:
        >>> [list(forms(word)) for word in ("house", "köln", "été")]
        [['house'], ['köln', 'kÖln'], ['été', 'étÉ', 'Été', 'ÉtÉ']]
    """
    ways = [_cases(letter) for letter in word]
    if sum(len(way) > 1 for way in ways) <= _LETTERS:
        written = ["".join(letters) for letters in itertools.product(*ways)]
    else:
        upper = "".join(way[-1] for way in ways)
        written = [word, upper[0] + word[1:], upper]
    written.append(word.replace(_DOTTED.lower(), _DOTTED))
    yield from (form for form in dict.fromkeys(written) if form.lower() == word)


def _cases(letter: str) -> tuple[str, ...]:
    upper = letter.upper()
    return (letter,) if letter.isascii() or upper == letter or len(upper) > 1 else (letter, upper)
