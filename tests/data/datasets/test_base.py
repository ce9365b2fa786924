from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError, DataError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import load_dataset, resolve_dataset
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.datasets.digits import Digits
from gnn2mlp.data.datasets.npz import Npz


def test_names_specs_and_paths_resolve() -> None:
    assert isinstance(resolve_dataset("digits"), Digits)
    assert resolve_dataset(Spec("npz", path="a/b.npz")) == resolve_dataset("a/b.npz") == Npz("a/b.npz")


def test_a_file_is_named_once() -> None:
    with pytest.raises(ConfigError, match="dataset.path: the data set is the file a/b.npz already; leave out one"):
        resolve_dataset(Spec("a/b.npz", path="c.npz"))


def test_paths_of_other_files_say_how_to_make_an_npz(tmp_path: Path) -> None:
    for name in ("graph.pt", "graph.csv"):
        (tmp_path / name).touch()
    with pytest.raises(
        DataError, match=r"got .*graph.pt, which only pickle could read; .* write_npz\('graph.npz', gra"
    ):
        resolve_dataset(str(tmp_path / "graph.pt"))
    with pytest.raises(DataError, match=r"got the path .*graph.csv; write arrays with numpy.savez\('graph.npz', x="):
        resolve_dataset(str(tmp_path / "graph.csv"))
    with pytest.raises(UnknownNameError, match="unknown dataset .*absent.pt"):
        resolve_dataset(str(tmp_path / "absent.pt"))


def test_an_unknown_name_answers_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown dataset 'cpf-coar'; did you mean 'cpf-cora'\?"):
        load_dataset("cpf-coar")


def test_the_data_root_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a folder, got .*absent"):
        load_dataset("digits", tmp_path / "absent")


def test_the_data_root_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GNN2MLP_DATA", str(tmp_path))
    with pytest.raises(DataError, match=f"expected the raw file CPF/cora.npz under the data root {tmp_path}"):
        load_dataset("cpf-cora")


def test_files_under_a_root_are_not_downloaded(tmp_path: Path) -> None:
    (tmp_path / "file.npz").touch()
    assert RawFiles(tmp_path).fetch("file.npz", "https://example.org/file.npz") == tmp_path / "file.npz"
    with pytest.raises(DataError, match="expected the raw file other.npz under the data root"):
        RawFiles(tmp_path).fetch("other.npz", "https://example.org/other.npz")


def test_a_file_without_download_is_asked_for() -> None:
    with pytest.raises(DataError, match="has no public download; pass the folder that holds it as --data-root"):
        RawFiles(None).fetch("private.npz", None)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RawFiles:
    monkeypatch.setenv("GNN2MLP_CACHE", str(tmp_path))
    return RawFiles(None)


def test_a_download_is_kept(monkeypatch: pytest.MonkeyPatch, files: RawFiles) -> None:
    calls = []

    def fake(url: str, folder: str, log: bool, filename: str) -> None:
        calls.append(url)
        (Path(folder) / filename).write_bytes(b"data")

    monkeypatch.setattr("torch_geometric.data.download_url", fake)
    for _ in range(2):
        path = files.fetch("some/file.npz", "https://example.org/f.npz")
        assert path == files.cache / "some/file.npz"
        assert path.read_bytes() == b"data"
    assert calls == ["https://example.org/f.npz"]
    assert [p.name for p in path.parent.iterdir()] == ["file.npz"]


def test_an_interrupted_download_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, files: RawFiles) -> None:
    def fake(url: str, folder: str, log: bool, filename: str) -> None:
        (Path(folder) / filename).write_bytes(b"ha")
        raise ConnectionResetError("cut off")

    monkeypatch.setattr("torch_geometric.data.download_url", fake)
    with pytest.raises(DataError, match=r"could not download https://example.org/f.npz \(cut off\); fetch it by hand"):
        files.fetch("some/file.npz", "https://example.org/f.npz")
    assert list((files.cache / "some").iterdir()) == []
