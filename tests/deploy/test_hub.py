"""Models that are pushed to a stand-in for the Hub, through the Hub's own client, and fetched from it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy import Predictor, from_hub, push_to_hub, write_directory
from gnn2mlp.deploy.model_files import STUDENT
from tests.deploy.hub_stand_in import Hub, serving
from tests.deploy.models_of import ABOUT, X, model

REPO = "company/pages"
TOKEN = "hf_of_nobody"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    constants = pytest.importorskip("huggingface_hub.constants")
    for name, value in {
        "HF_HUB_CACHE": str(tmp_path / "client"),
        "HF_TOKEN_PATH": str(tmp_path / "no-token"),
        "HF_HUB_DISABLE_XET": True,
        "HF_HUB_OFFLINE": False,
        "HF_HUB_DISABLE_TELEMETRY": True,
        "HF_HUB_DISABLE_PROGRESS_BARS": True,
    }.items():
        monkeypatch.setattr(constants, name, value)
    monkeypatch.setenv("GNN2MLP_CACHE", str(tmp_path / "cache"))
    with serving() as served:
        yield served


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return write_directory(tmp_path / "model", model(), ABOUT, {"scores.json": b"[]"})


def push(folder: Path, hub: Hub) -> str:
    return push_to_hub(folder, REPO, token=TOKEN, endpoint=hub.address)


def fetch(hub: Hub, directory: Path | None = None, revision: str | None = None) -> Path:
    return from_hub(REPO, directory, revision=revision, token=TOKEN, endpoint=hub.address)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_pushed_is_fetched_byte_by_byte(hub: Hub, saved: Path, tmp_path: Path) -> None:
    (saved / ".git").mkdir()
    address = push(saved, hub)
    (saved / ".git").rmdir()
    sha, files = hub.latest(REPO)
    assert address == f"{hub.address}/{REPO}/commit/{sha}"
    assert files == {".gitattributes": b"*.safetensors filter=lfs\n", **bytes_of(saved)}
    fetched = fetch(hub, tmp_path / "fetched")
    assert fetched == tmp_path / "fetched"
    assert bytes_of(fetched) == bytes_of(saved)
    np.testing.assert_array_equal(Predictor.load(fetched).predict_proba(X), model().predict_proba(X))
    assert hub.tokens == {f"Bearer {TOKEN}"}


def test_a_model_has_a_place_in_the_cache(hub: Hub, saved: Path, tmp_path: Path) -> None:
    push(saved, hub)
    sha = hub.latest(REPO)[0]
    assert fetch(hub) == tmp_path / "cache" / "hub" / "company--pages"
    assert fetch(hub, revision=sha) == tmp_path / "cache" / "hub" / f"company--pages@{sha}"
    asked = len([line for line in hub.asked if line.startswith("GET") and "/resolve/" in line])
    assert bytes_of(fetch(hub)) == bytes_of(saved)
    again = len([line for line in hub.asked if line.startswith("GET") and "/resolve/" in line])
    assert asked == again, "the client's own cache has the files"


def test_another_model_takes_its_place(hub: Hub, saved: Path, tmp_path: Path) -> None:
    push(saved, hub)
    first = hub.latest(REPO)[0]
    hub.commit(REPO, {**hub.latest(REPO)[1], "pictures/one.png": b"x"})
    write_directory(saved, model(seed=1))
    push(saved, hub)
    assert hub.latest(REPO)[1].keys() == {".gitattributes", "pictures/one.png", "README.md", "config.json", STUDENT}
    fetched = fetch(hub, tmp_path / "fetched")
    np.testing.assert_array_equal(Predictor.load(fetched).predict_proba(X), model(seed=1).predict_proba(X))
    fetch(hub, tmp_path / "fetched", revision=first)
    np.testing.assert_array_equal(Predictor.load(fetched).predict_proba(X), model().predict_proba(X))
    assert (fetched / "scores.json").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda files: files | {"payload.pkl": b"x"}, "found payload.pkl in company/pages on the Hub"),
        (lambda files: files | {STUDENT: files[STUDENT][:-1] + b"x"}, f"{STUDENT} does not match its checksum"),
        (lambda files: {"README.md": files["README.md"]}, "with a config.json, found README.md"),
    ],
)
def test_what_was_altered_there_is_refused(hub: Hub, saved: Path, tmp_path: Path, change, message: str) -> None:
    push(saved, hub)
    fetch(hub, tmp_path / "fetched")
    hub.commit(REPO, change(hub.latest(REPO)[1]))
    with pytest.raises(ArtefactError, match=message):
        fetch(hub, tmp_path / "fetched")
    assert bytes_of(tmp_path / "fetched") == bytes_of(saved), "the older one stays"


def test_an_altered_model_is_not_pushed(hub: Hub, saved: Path) -> None:
    (saved / "scores.json").write_text("{}")
    with pytest.raises(ArtefactError, match=r"scores.json does not match its checksum"):
        push(saved, hub)
    assert not hub.asked


def test_what_is_not_there_is_named(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="could not fetch company/pages: .*check the name, your login"):
        fetch(hub, tmp_path / "fetched")
    with pytest.raises(ConfigError, match="could not fetch a b"):
        from_hub("a b", tmp_path / "fetched", endpoint=hub.address)
    assert not (tmp_path / "fetched").exists()


def test_a_folder_of_something_else_is_kept(hub: Hub, saved: Path, tmp_path: Path) -> None:
    push(saved, hub)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(ArtefactError, match=r"which holds notes.txt"):
        fetch(hub, tmp_path / "mine")
    assert os.listdir(tmp_path / "mine") == ["notes.txt"]


def test_without_the_client_the_extra_is_named(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for attempt in (lambda: push_to_hub(saved, REPO), lambda: from_hub(REPO)):
        with pytest.raises(ConfigError, match=r"install the extra: pip install 'gnn2mlp\[hub\]'"):
            attempt()
