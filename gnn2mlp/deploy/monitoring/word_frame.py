"""Texts and lists, counted by their words."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np

from gnn2mlp.deploy.monitoring.drift import (
    Check,
    Limits,
    chi_square,
    compare_counts,
    merged,
    psi,
    share_p,
)
from gnn2mlp.deploy.monitoring.frames import LEAST, Counts, Frame
from gnn2mlp.deploy.monitoring.number_frame import NumberFrame
from gnn2mlp.encoders.text import PATTERN
from gnn2mlp.encoders.values import Lists, Values, as_texts

# Words that are kept at most, and those of them whose use is tested.
WORDS, TESTED = 1000, 200
# Bins of the share of a row's words that training had in too few rows to name.
_UNKNOWN = np.array([0.0, 0.1, 0.25, 0.5, 0.75])


class WordFrame(Frame):
    """Texts by their words and lists by their items: in how many rows each is that `LEAST` rows of training have.

    Example:
        >>> from gnn2mlp.encoders.values import Texts
        >>> frame = WordFrame(["house", "red"], NumberFrame([2.0]))
        >>> texts = Texts("text", "str", np.array([0, 1]), ["A red house, a red door", "door"])
        >>> frame.count(texts)["bins"].tolist()
        [1, 1]
    """

    form, drawn = "words", "bins"

    def __init__(self, words: Sequence[str], lengths: NumberFrame):
        self.words, self.lengths = tuple(words), lengths
        self._places = {word: place for place, word in enumerate(self.words)}

    @classmethod
    def fit(cls, values: Values, least: int = LEAST) -> Self:
        """The words that most rows have."""
        rows = words_of(values)
        counts: Counter[str] = Counter()
        for row, often in rows.grouped():
            counts.update(dict.fromkeys(row, often))
        met = sorted((-count, word) for word, count in counts.items() if count >= least)
        lengths = NumberFrame.of_numbers(rows.lengths(), least)
        return cls([word for _, word in met[:WORDS]], lengths)

    def count(self, values: Values) -> Counts:
        """`bins`: rows that have each word; `unknown`: rows by the share of their words that have no name."""
        rows = words_of(values)
        bins, unknown, total = np.zeros(len(self.words), np.int64), np.zeros(len(_UNKNOWN) + 1, np.int64), 0.0
        for row, often in rows.grouped():
            places = {self._places.get(word, -1) for word in row}
            places.discard(-1)
            bins[list(places)] += often
            if row:
                share = sum(word not in self._places for word in row) / len(row)
                unknown[int(np.searchsorted(_UNKNOWN, share, "left"))] += often
                total += share * often
        lengths = self.lengths.count_numbers(rows.lengths())
        return {
            "rows": lengths["rows"],
            "gaps": lengths["gaps"],
            "bins": bins,
            "unknown": unknown,
            "share": np.array(total),
            **{f"lengths/{name}": array for name, array in lengths.items()},
        }

    def checks(self, then: Counts, now: Counts, limits: Limits) -> list[Check]:
        """Of unknown words, of how many words there are, and of each word."""
        shares = [float(one["share"]) / max(1, int(one["unknown"].sum())) for one in (then, now)]
        p = chi_square(*merged(then["unknown"], now["unknown"], True, len(_UNKNOWN) + 1))
        unknown = Check(
            "unknown words", "points", shares[1] - shares[0], limits.share, p, then=shares[0], now=shares[1]
        )
        lengths = compare_counts("lengths", then["lengths/bins"], now["lengths/bins"], True, limits.psi)
        return [unknown, lengths, *self._usage(then, now, limits)]

    def _usage(self, then: Counts, now: Counts, limits: Limits) -> list[Check]:
        """How often words are used: tested word by word, since those of a row depend on each other."""
        if not self.words:
            return []
        many = [int(one["rows"] - one["gaps"]) for one in (then, now)]
        tested = np.argsort(-then["bins"], kind="stable")[:TESTED]
        p = [share_p(int(then["bins"][k]), many[0], int(now["bins"][k]), many[1]) for k in tested]
        effect = psi(*merged(then["bins"], now["bins"], False))
        return [Check("words", "PSI", effect, limits.psi, min(1.0, len(p) * min(p)))]

    def figures(self, then: Counts, now: Counts) -> dict[str, float]:
        """Of how many words a row has."""
        own = [
            {name.partition("/")[2]: a for name, a in one.items() if name.startswith("lengths/")} for one in (then, now)
        ]
        found = self.lengths.figures(own[0], own[1])
        return {name: found[name] for name in ("mean then", "mean now") if name in found}

    def labels(self) -> list[str]:
        """The words."""
        return list(self.words)

    def facts(self) -> dict[str, Any]:
        """`words` and `lengths`."""
        return {"words": list(self.words), "lengths": self.lengths.facts()}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """From its words."""
        return cls(facts["words"], NumberFrame.of(facts["lengths"]))


class Words:
    """The words of each row; rows of one text share theirs.

    Args:
        each: the words of every different text or list, in order.
        codes: int (rows,), which of them a row has, -1 for a gap.
    """

    def __init__(self, each: Sequence[Sequence[str]], codes: np.ndarray):
        self.each, self.codes = each, codes

    def grouped(self) -> Iterable[tuple[Sequence[str], int]]:
        """Words, and how many rows have just these."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.each)).tolist()
        return ((words, count) for words, count in zip(self.each, counts, strict=True) if count)

    def lengths(self) -> np.ndarray:
        """How many words each row has, NaN for a gap."""
        found: np.ndarray = np.array([*map(len, self.each), np.nan], np.float64)[self.codes]
        return found


def words_of(values: Values) -> Words:
    """Words of texts as the encoder `text` splits them, items of lists as texts."""
    if isinstance(values, Lists):
        items = as_texts(values.items).to_list()
        ends = values.indptr.tolist()
        each = [[item or "" for item in items[a:b]] for a, b in pairwise(ends)]
        return Words(each, np.where(values.missing, -1, np.arange(len(values))))
    split = re.compile(PATTERN).findall
    texts = as_texts(values)
    return Words([split(text.lower()) for text in texts.texts], texts.codes)
