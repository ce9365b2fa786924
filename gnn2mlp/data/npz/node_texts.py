"""What the nodes of a file say: an array of texts, or a text file with a line for each."""

import gzip
from pathlib import Path

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import check_texts
from gnn2mlp.data.npz.arrays import Arrays, texts

TEXTS = ("texts", "text", "raw_texts", "raw_text")


def read_texts(arrays: Arrays, num_nodes: int, file: Path | None = None) -> tuple[str, ...] | None:
    """The text of each node, from `texts` (nodes,) of the file or from a text file; `None` if there is neither.

    Args:
        arrays: of the file; an array of that name that holds no text is left unread.
        num_nodes: how many texts there have to be.
        file: a text file that has them instead, as `read_lines` reads it.

    Raises:
        DataError: for texts in two places, or another number of them.
    """
    key = arrays.one_of("texts", [key for key in TEXTS if arrays.holds_text(key)])
    if file is None:
        found = None if key is None else texts(arrays[key], f"{arrays.name}: {key}")
        return check_texts(found, num_nodes, arrays.name)
    if key is not None:
        raise DataError(
            f"{arrays.name}: expected texts in one place, got the array {key} and the file {file}; leave out the file, "
            f"or set dataset.ignore=[{key}]"
        )
    return check_texts(read_lines(file), num_nodes, f"{arrays.name}: {file}")


def read_lines(path: Path) -> list[str]:
    """The lines of a text file in UTF-8, also of one that ends in `.gz`; an empty line is a text that says nothing.

    Raises:
        DataError: if it cannot be read, or is not in UTF-8.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, EOFError) as error:
        raise DataError(f"expected a text file with a line for each node at {path}, got: {error}") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"expected text in UTF-8 in {path}, got another byte at position {error.start}; save the file as UTF-8"
        ) from error
    lines = text.replace("\r\n", "\n").split("\n")  # nothing else ends a line, as `str.splitlines` has it
    return lines[:-1] if not lines[-1] else lines
