from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.knowledge import Store
from gnn2mlp.knowledge.store import caching_in, default_root

IDENTITY = {"teacher": {"name": "sage"}, "split": "abc", "seed": 0}


def test_the_path_tells_kind_and_digest_whatever_the_order_of_keys(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.path("knowledge", IDENTITY)
    assert path.parent == tmp_path / "knowledge"
    assert path == store.path("knowledge", dict(reversed(IDENTITY.items())))
    assert path != store.path("teacher", IDENTITY)
    for change in ({"seed": 1}, {"split": "abd"}, {"teacher": {"name": "gcn"}}, {"extra": None}):
        assert store.path("knowledge", {**IDENTITY, **change}) != path


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


def test_a_cache_that_cannot_be_written_says_what_to_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArtefactError, match=r"cannot write into .*file.*; it is the cache .*--cache .*GNN2MLP_CACHE"):
        Store(tmp_path / "file" / "cache").check_writable()


def test_a_folder_may_be_named_for_all_that_is_done_within(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNN2MLP_CACHE", "/everywhere")
    with caching_in(Path("/here")):
        assert default_root() == Path("/here")
        with caching_in(None):
            assert default_root() == Path("/here")
    assert default_root() == Path("/everywhere")
