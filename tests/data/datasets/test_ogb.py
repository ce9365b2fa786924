import gzip
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets import load_dataset, resolve_dataset
from gnn2mlp.data.split import SPLITTERS
from tests.helpers import tiny_arrays

SPLIT = {"train": range(20), "valid": range(20, 30), "test": range(30, 60)}


def write_csv(path: Path, table: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt") as file:
        for row in np.atleast_2d(table):
            file.write(",".join(map(str, row.tolist())) + "\n")


def write_raw(folder: Path, split_type: str = "time", release: bool = True) -> Path:
    """A tiny graph in OGB's raw layout; returns the data root."""
    x, y, edges = tiny_arrays()
    raw = folder / "raw"
    write_csv(raw / "edge.csv.gz", edges.T)
    write_csv(raw / "node-feat.csv.gz", x + 0.5)
    write_csv(raw / "node-label.csv.gz", y[:, None])
    write_csv(raw / "num-node-list.csv.gz", np.array([[60]]))
    write_csv(raw / "num-edge-list.csv.gz", np.array([[edges.shape[1]]]))
    for part, ids in SPLIT.items():
        write_csv(folder / "split" / split_type / f"{part}.csv.gz", np.array(ids)[:, None])
    if release:
        (folder / "RELEASE_v1.txt").touch()
    return folder.parents[1]


def listing(root: Path) -> list[tuple[str, int, int]]:
    return sorted((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in root.rglob("*"))


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    pytest.importorskip("ogb", reason="needs the extra ogb")

    def ask(prompt: str = "") -> str:
        raise AssertionError(f"asked on the terminal: {prompt}")

    monkeypatch.setenv("GNN2MLP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("builtins.input", ask)
    return tmp_path / "cache" / "data" / "ogb"


@pytest.mark.parametrize("release", [True, False])
@pytest.mark.parametrize(("name", "split_type"), [("ogbn-arxiv", "time"), ("ogbn-products", "sales_ranking")])
def test_first_processing_and_reading_back_agree(
    cache: Path, tmp_path: Path, name: str, split_type: str, release: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_raw(tmp_path / "root" / "ogb" / name.replace("-", "_"), split_type, release)
    before = listing(root)
    first = load_dataset(name, root)
    (place,) = cache.iterdir()
    assert (place / "processed" / "data_processed").is_file()
    second = load_dataset(name, root)
    assert [p.name for p in cache.iterdir()] == [place.name]
    assert first.digest == second.digest
    assert listing(root) == before
    assert capsys.readouterr().out == ""

    x, y, edges = tiny_arrays()
    assert torch.equal(first.features, torch.from_numpy(x) + 0.5)
    assert first.labels.tolist() == y.tolist()
    assert first.num_edges == edges.shape[1]
    for part, ids in SPLIT.items():
        assert first.own_splits[0][part].tolist() == second.own_splits[0][part].tolist() == list(ids)


def test_the_official_split_is_the_default_and_may_lack_classes(cache: Path, tmp_path: Path) -> None:
    root = write_raw(tmp_path / "root" / "ogb" / "ogbn_arxiv")
    graph = load_dataset("ogbn-arxiv", root)
    assert graph.task.num_outputs == 40  # of which 3 occur here
    split = resolve_dataset("ogbn-arxiv").default_split().build(SPLITTERS).split(graph, seed=3)
    assert split.train.tolist() == list(SPLIT["train"])
    assert split.seen.tolist() == list(SPLIT["test"])
    with pytest.raises(DataError, match="training label for each of the 40 classes"):
        Spec("own").build(SPLITTERS).split(graph, seed=3)


def test_a_changed_raw_file_is_processed_again(cache: Path, tmp_path: Path) -> None:
    root = write_raw(tmp_path / "root" / "ogb" / "ogbn_arxiv")
    old = load_dataset("ogbn-arxiv", root)
    x, _, _ = tiny_arrays()
    write_csv(root / "ogb/ogbn_arxiv/raw/node-feat.csv.gz", x + 0.25)
    new = load_dataset("ogbn-arxiv", root)
    assert torch.equal(new.features, old.features - 0.25)


def test_a_damaged_processed_file_is_made_again(cache: Path, tmp_path: Path) -> None:
    root = write_raw(tmp_path / "root" / "ogb" / "ogbn_arxiv")
    first = load_dataset("ogbn-arxiv", root)
    (place,) = cache.iterdir()
    processed = place / "processed" / "data_processed"
    processed.write_bytes(processed.read_bytes()[:100])
    assert load_dataset("ogbn-arxiv", root).digest == first.digest
    assert processed.stat().st_size > 100


def test_a_processed_file_with_code_in_it_is_not_run(cache: Path, tmp_path: Path) -> None:
    root = write_raw(tmp_path / "root" / "ogb" / "ogbn_arxiv")
    load_dataset("ogbn-arxiv", root)
    (place,) = cache.iterdir()
    target = tmp_path / "made-by-pickle"

    class Trap:
        def __reduce__(self) -> object:
            return Path.touch, (target,)

    torch.save({"graph": Trap(), "labels": 0}, place / "processed" / "data_processed")
    load_dataset("ogbn-arxiv", root)
    assert not target.exists()


@pytest.mark.parametrize("missing", ["raw/edge.csv.gz", "raw/num-node-list.csv.gz", "split", "raw/node-feat.csv.gz"])
def test_missing_raw_files_are_named(cache: Path, tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "root" / "ogb" / "ogbn_arxiv"
    root = write_raw(folder)
    shutil.rmtree(folder / missing) if missing == "split" else (folder / missing).unlink()
    with pytest.raises(DataError, match="expected the raw file|OGB's layout|node-feat"):
        load_dataset("ogbn-arxiv", root)
    assert not cache.exists() or not list(cache.iterdir())


def test_a_truncated_raw_file_is_a_data_error(cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "root" / "ogb" / "ogbn_arxiv"
    root = write_raw(folder)
    path = folder / "raw" / "edge.csv.gz"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DataError, match="OGB's layout"):
        load_dataset("ogbn-arxiv", root)


def test_without_a_data_root_the_archive_is_unpacked_into_the_cache(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_raw(tmp_path / "made" / "ogb" / "arxiv")
    calls = []

    def fake_download(url: str, folder: str) -> str:
        calls.append(url)
        path = Path(folder) / "arxiv.zip"
        with zipfile.ZipFile(path, "w") as archive:
            source = tmp_path / "made" / "ogb"
            for file in source.rglob("*"):
                archive.write(file, file.relative_to(source))
        return str(path)

    monkeypatch.setattr("ogb.utils.url.download_url", fake_download)
    first, second = load_dataset("ogbn-arxiv"), load_dataset("ogbn-arxiv")
    assert first.digest == second.digest
    assert len(calls) == 1
    assert calls[0].endswith("arxiv.zip")
    assert (cache / "ogbn_arxiv" / "raw" / "edge.csv.gz").is_file()


def test_a_failed_download_leaves_nothing_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(url: str, folder: str) -> str:
        (Path(folder) / "half.zip").write_bytes(b"half")
        raise OSError("no network")

    monkeypatch.setattr("ogb.utils.url.download_url", fail)
    with pytest.raises(DataError, match="could not download .*no network.*--data-root"):
        load_dataset("ogbn-arxiv")
    assert list(cache.iterdir()) == []


def test_without_ogb_the_message_has_the_install_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ogb", None)
    monkeypatch.setitem(sys.modules, "ogb.nodeproppred", None)
    with pytest.raises(ConfigError, match=r"not installed; run: pip install 'gnn2mlp\[ogb\]'"):
        load_dataset("ogbn-arxiv", tmp_path)
