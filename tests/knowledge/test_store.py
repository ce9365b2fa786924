from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.knowledge import Store, TeacherKnowledge
from gnn2mlp.knowledge.store import default_root

IDENTITY = {"teacher": {"name": "sage"}, "split": "abc", "seed": 0}


class Maker:
    """Makes knowledge whose only logit is the number of times it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, path: Path) -> TeacherKnowledge:
        self.calls += 1
        knowledge = TeacherKnowledge(torch.tensor([0]), {"logits": torch.tensor([[float(self.calls)]])})
        knowledge.save(path)
        return knowledge


@pytest.fixture
def make() -> Maker:
    return Maker()


def _get(store: Store, make: Maker, **changes: object) -> float:
    knowledge = store.get_or_make("knowledge", {**IDENTITY, **changes}, TeacherKnowledge.load, make)
    return knowledge["logits"].item()


def test_ten_students_cost_one_teacher(tmp_path: Path, make: Maker) -> None:
    assert [_get(Store(tmp_path), make) for _ in range(10)] == [1.0] * 10
    assert make.calls == 1


@pytest.mark.parametrize("change", [{"seed": 1}, {"split": "abd"}, {"teacher": {"name": "gcn"}}, {"extra": None}])
def test_another_identity_is_another_entry(tmp_path: Path, make: Maker, change: dict) -> None:
    store = Store(tmp_path)
    assert _get(store, make) == 1
    assert _get(store, make, **change) == 2
    assert _get(store, make) == 1


def test_the_path_tells_kind_and_digest_whatever_the_order_of_keys(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.path("knowledge", IDENTITY)
    assert path.parent == tmp_path / "knowledge"
    assert path == store.path("knowledge", dict(reversed(IDENTITY.items())))
    assert path != store.path("teacher", IDENTITY)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"", lambda b: b[:-1] + bytes([b[-1] ^ 1])])
def test_a_damaged_entry_is_made_again(tmp_path: Path, make: Maker, damage) -> None:
    store = Store(tmp_path)
    _get(store, make)
    path = store.path("knowledge", IDENTITY)
    path.write_bytes(damage(path.read_bytes()))
    assert _get(store, make) == 2
    assert _get(store, make) == 2
    assert TeacherKnowledge.load(path)["logits"].item() == 2


def test_an_entry_that_could_not_be_made_is_not_there(tmp_path: Path, make: Maker) -> None:
    def fails(path: Path) -> TeacherKnowledge:
        raise RuntimeError("interrupted")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError, match="interrupted"):
        store.get_or_make("knowledge", IDENTITY, TeacherKnowledge.load, fails)
    assert _get(store, make) == 1


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GNN2MLP_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a")),
        ({"XDG_CACHE_HOME": "/b"}, Path("/b/gnn2mlp")),
        ({"GNN2MLP_CACHE": "", "XDG_CACHE_HOME": ""}, Path("/home/me/.cache/gnn2mlp")),
    ],
)
def test_default_root(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: Path) -> None:
    for name in ("GNN2MLP_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert default_root() == expected


def test_without_a_home_the_message_says_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("GNN2MLP_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(ConfigError, match="expected a home folder .*found none; .*--cache .*GNN2MLP_CACHE"):
        default_root()


def test_a_cache_that_cannot_be_written_is_told_before_anything_is_made(tmp_path: Path, make: Maker) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArtefactError, match=r"cannot write into .*file.*; it is the cache .*--cache .*GNN2MLP_CACHE"):
        _get(Store(tmp_path / "file" / "cache"), make)
    assert make.calls == 0


def test_a_cache_that_can_only_be_read_is_read(tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    _get(Store(tmp_path), make)
    monkeypatch.setattr(Path, "write_bytes", lambda *_: pytest.fail("something was written"))
    assert _get(Store(tmp_path), make) == 1
