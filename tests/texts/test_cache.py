from collections import Counter
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.texts import Hashed, SideBySide, TextEncoder, encode_cached
from gnn2mlp.texts import cache as module

READ: Counter[str] = Counter()


class Slow(TextEncoder):
    """Lengths of texts, which are counted as they are read; it is killed at the text "kill"."""

    costly = True

    def __init__(self, version: str = "1"):
        self.version = version

    def checksum(self) -> str:
        return self.version

    def _encode(self, texts: list[str]) -> Features:
        if "kill" in texts:
            raise KeyboardInterrupt
        READ.update(texts)
        return torch.tensor([[float(len(text)), 1.0] for text in texts])


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    READ.clear()
    monkeypatch.setattr(module, "SHARD", 2)


def test_a_text_is_read_once(tmp_path: Path) -> None:
    for texts in (["a", "bb", "a", "ccc"], ["ccc", "dd"], ["dd", "a"]):
        assert encode_cached(Slow(), texts, tmp_path).tolist() == [[len(text), 1.0] for text in texts]
    assert Counter(["a", "bb", "ccc", "dd"]) == READ
    encode_cached(Slow("2"), ["a"], tmp_path)
    assert READ["a"] == 2


def test_a_kill_half_way_loses_one_file_at_most(tmp_path: Path) -> None:
    texts = ["a", "b", "c", "d", "kill"]
    with pytest.raises(KeyboardInterrupt):
        encode_cached(Slow(), texts, tmp_path)
    assert READ.total() == 4
    assert encode_cached(Slow(), texts[:4], tmp_path).shape == (4, 2)
    assert READ.total() == 4
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".tmp"]


def test_progress_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    encode_cached(Slow(), ["a", "bb", "ccc", "a"], tmp_path, lambda *news: told.append(news))  # type: ignore[arg-type]
    assert [news[:2] for news in told] == [(0, 3), (2, 3), (3, 3)]
    assert told[0][2] == "texts by Slow"


def test_files_hold_no_text_and_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    encode_cached(Slow(), ["a secret", "another secret"], tmp_path)
    (path,) = tmp_path.rglob("*.safetensors")
    content = path.read_bytes()
    assert b"secret" not in content
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert encode_cached(Slow(), ["a secret"], tmp_path).tolist() == [[8.0, 1.0]]
    assert READ["a secret"] == 2


def test_what_costs_little_is_not_kept(tmp_path: Path) -> None:
    assert isinstance(encode_cached(Hashed(8), ["a word"], tmp_path), CSR)
    assert encode_cached(Slow(), [], tmp_path).shape == (0,)
    assert not list(tmp_path.rglob("*"))


def test_costly_parts_of_several_are_kept(tmp_path: Path) -> None:
    both = SideBySide(["hashed"])
    both.parts = [Hashed(8), Slow()]
    for _ in range(2):
        assert encode_cached(both, ["word", "text"], tmp_path).shape == (2, 10)
    assert Counter(["word", "text"]) == READ


def test_a_folder_that_cannot_be_written_is_named_before_a_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtefactError, match="cannot write into .* it is the cache of encoded texts: name another"):
        encode_cached(Slow(), ["a"], tmp_path / "file")
    assert READ.total() == 0
