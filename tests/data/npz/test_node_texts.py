import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import load_dataset, write_npz
from gnn2mlp.data.npz.arrays import Arrays
from gnn2mlp.data.npz.node_texts import TEXTS, read_lines, read_texts


def arrays(**given: Any) -> Arrays:
    return Arrays({key: np.array(value) for key, value in given.items()}, "mine")


@pytest.mark.parametrize("key", TEXTS)
def test_texts_are_read_under_any_of_their_names(key: str) -> None:
    assert read_texts(arrays(**{key: ["a b", "", "ö"]}), 3) == ("a b", "", "ö")
    assert read_texts(arrays(**{key: [b"a", "ö".encode()]}), 2) == ("a", "ö")


def test_without_texts_there_are_none() -> None:
    assert read_texts(arrays(x=[1.0]), 1) is None
    embeddings = arrays(text=[[0.5, 1.0]])
    assert read_texts(embeddings, 1) is None
    assert embeddings.unread == ["text"]


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="mine: texts: expected one for each of 3 nodes, got 2"):
        read_texts(arrays(texts=["a", "b"]), 3)
    with pytest.raises(DataError, match="expected texts in one array, got texts and text; remove all but one"):
        read_texts(arrays(texts=["a"], text=["b"]), 1)
    (tmp_path / "texts.txt").write_text("a\n")
    with pytest.raises(DataError, match="in one place, got the array texts and the file .*dataset.ignore=\\[texts\\]"):
        read_texts(arrays(texts=["a"]), 1, tmp_path / "texts.txt")
    with pytest.raises(DataError, match="texts.txt: texts: expected one for each of 2 nodes, got 1"):
        read_texts(arrays(), 2, tmp_path / "texts.txt")


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a\r\nb", ["a", "b"]),
        ("\n\nb\n", ["", "", "b"]),
        ("a\u2028b\x0bc\n\n", ["a\u2028b\x0bc", ""]),
        ("\ufeffa", ["a"]),
        ("", []),
    ],
)
def test_a_line_is_a_text(tmp_path: Path, content: str, lines: list[str]) -> None:
    (tmp_path / "a.txt").write_bytes(content.encode())
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(content.encode()))
    assert read_lines(tmp_path / "a.txt") == read_lines(tmp_path / "a.txt.gz") == lines


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a text file with a line for each node at .*, got: "):
        read_lines(tmp_path / "absent.txt")
    (tmp_path / "a.txt").write_bytes("Öl".encode("latin-1"))
    with pytest.raises(DataError, match="expected text in UTF-8 in .*, got another byte at position 0; save"):
        read_lines(tmp_path / "a.txt")
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"a" * 100)[:-9])
    with pytest.raises(DataError, match="expected a text file with a line for each node at"):
        read_lines(tmp_path / "a.txt.gz")


def test_a_file_of_lines_beside_a_graph_is_what_its_nodes_say(tmp_path: Path) -> None:
    np.savez(tmp_path / "g.npz", x=np.eye(3), y=[0, 1, 0], edge_index=[[0, 1], [1, 2]])
    (tmp_path / "texts.txt").write_text("first\nsecond\n\n")
    from gnn2mlp.core.spec import Spec

    graph = load_dataset(Spec("npz", path=str(tmp_path / "g.npz"), texts=str(tmp_path / "texts.txt")))
    assert graph.texts == ("first", "second", "")
    assert load_dataset(str(write_npz(tmp_path / "again.npz", graph))).digest == graph.digest
