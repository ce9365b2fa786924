"""What an objective reads, as one set of words, and whether the data at hand can offer it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.knowledge import KEYS

TEACHER = "teacher"
"""The table of knowledge that is meant where a key names none."""

LINKS = {
    "neighbours": "pattern (rows, table rows): the neighbours of each row of the batch in the observed graph",
    "hyperedges": "pattern (hyperedges, table rows): the members of every observed hyperedge",
    "adjacency": "matrix (table rows, table rows): the whole observed graph, for what lies several steps away",
}
ALL_ROWS = "all_rows"
"""That `after_epoch` looks at all rows at once, which are then held in memory."""

ALL_FEATURES = "all_features"
"""That a step looks at features of rows beside those of its batch, which are then held in memory."""


PAIRS = "pairs"
"""That it speaks of pairs of nodes, which are linked or not: a step gives it a `LinkBatch`."""

_WORDS = (ALL_ROWS, ALL_FEATURES, PAIRS)


class Needs(NamedTuple):
    """A set of needs, sorted out.

    Args:
        knowledge: keys to be read, by the name of the table that holds them.
        links: some of `LINKS`.
        all_rows: whether all rows have to be at hand at once.
        all_features: whether a step reads features of rows that are not in its batch.
        pairs: whether it speaks of pairs of nodes.
    """

    knowledge: Mapping[str, frozenset[str]]
    links: frozenset[str]
    all_rows: bool
    all_features: bool
    pairs: bool = False


def parse_needs(needs: Iterable[str]) -> Needs:
    """Sort out what an objective declares in `needs`.

    A word is a key of the knowledge (`"logits"`), one of another table (`"assistant.logits"`), a kind of links
    (`"neighbours"`, `"hyperedges"`, `"adjacency"`), `"all_rows"`, `"all_features"`, or `"pairs"`.

    Raises:
        ConfigError: for a word that is none of these; the message offers the nearest.

    Example:
        >>> parse_needs({"logits", "assistant.hidden", "neighbours"}).knowledge["assistant"]
        frozenset({'hidden'})
    """
    keys: dict[str, set[str]] = {}
    words, links = set(needs), set()
    for word in sorted(words):
        table, dot, key = word.rpartition(".")
        if key in KEYS:
            keys.setdefault(table if dot else TEACHER, set()).add(key)
        elif word in LINKS:
            links.add(word)
        elif word not in _WORDS:
            known = [*KEYS, *LINKS, *_WORDS]
            raise ConfigError(
                f"objective: unknown need {word!r}{nearest(key, known)}; expected a key of the knowledge, perhaps with "
                f"the name of its table before a dot, or one of {', '.join([*LINKS, *_WORDS])}"
            )
    read = {table: frozenset(found) for table, found in keys.items()}
    return Needs(read, frozenset(links), ALL_ROWS in words, ALL_FEATURES in words, PAIRS in words)


def knowledge_needs(needs: Iterable[str], table: str = TEACHER) -> frozenset[str]:
    """The keys that are read of one table of knowledge.

    Example:
        >>> sorted(knowledge_needs({"logits", "entropy_shift", "neighbours", "assistant.hidden"}))
        ['entropy_shift', 'logits']
    """
    return parse_needs(needs).knowledge.get(table, frozenset())
