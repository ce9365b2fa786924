"""A code of a `Codebook` in one sentence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gnn2mlp.explore.codebook import check_code
from gnn2mlp.explore.sentences import describe_code

if TYPE_CHECKING:
    from gnn2mlp.explore.book import Codebook


def book_sentence(book: "Codebook", code: int, noun: str, words: int, examples: int) -> str:
    """Arguments and errors as in `Codebook.describe`."""
    check_code(code, book.num_codes)
    found = book.figures
    typical = [one for one in book.typical[code] if one.lift is not None][:words]
    numbers = [one for one in book.typical[code] if one.shift is not None]
    text_column = _text_column(book.feature_names)
    return describe_code(
        code,
        int(found.nodes[code]),
        noun,
        None if found.largest[code] < 0 or not book.class_names else str(book.class_names[found.largest[code]]),
        float(found.purity[code]),
        float(found.degree[code]),
        book._usual_degree,
        [one._replace(name=one.name.removeprefix(text_column) or one.name) for one in (*typical, *numbers)],
        [str(name) for name in book.names[book.central[code][:examples]].tolist()],
        int(found.confused[code]),
        float(found.confusion[code]),
    )


def _text_column(feature_names: Sequence[str] | None) -> str:
    """What the names of all words begin with where there is one column of texts, as `about: `; else nothing."""
    begin = {name.partition(": ")[0] for name in feature_names or () if ": " in name}
    return f"{begin.pop()}: " if len(begin) == 1 else ""
