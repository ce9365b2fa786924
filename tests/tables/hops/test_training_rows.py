from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.tables import ColumnNames, join
from gnn2mlp.tables.features import FeatureTable
from gnn2mlp.tables.hops import HopTable, propagate_hops, training_rows
from gnn2mlp.tables.hops.training_rows import answers_by_part, classes_of
from gnn2mlp.tables.table import RowTable
from tests.hops import cut_finely, draw, write_graph

LABELS = [None if i % 4 == 0 else i % 3 for i in range(60)]
ROLES = [("train", "valid", "test", None)[i % 4] if i % 7 else "test" for i in range(60)]


def opened(folder: Path, **columns: Any) -> tuple[HopTable, FeatureTable]:
    nodes, edges = write_graph(folder, *draw(), **columns)
    return propagate_hops(nodes, edges, folder / "hops", hops=2), FeatureTable(nodes, ColumnNames())


def side_by_side(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def made(folder: Path, hops: HopTable, nodes: FeatureTable, **options: Any) -> RowTable:
    given = {"key": "concat", **options}
    return training_rows.training_rows(hops, nodes, classes_of(nodes), folder / "rows", side_by_side, **given)


@pytest.mark.parametrize("stated", [False, True])
def test_labelled_nodes_come_with_their_hops(tmp_path: Path, stated: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_finely(monkeypatch)
    monkeypatch.setattr(training_rows, "SHARD_ROWS", 2)
    hops, nodes = opened(tmp_path, label=LABELS, **({"role": ROLES} if stated else {}))
    table = made(tmp_path, hops, nodes, valid=0.3)
    rows = np.concatenate([chunk.x for chunk in hops.chunks()])
    met: dict[str, list[int]] = {"train": [], "valid": []}
    for role, found in met.items():
        for shard in table.shards(role):  # type: ignore[arg-type]
            chunk, places = table.load(shard), (table.ids(shard) - 3) // 7
            assert np.array_equal(chunk.x.numpy(), side_by_side(rows[places]))
            assert chunk.labels.tolist() == [LABELS[place] for place in places]
            found += places.tolist()
    labelled = {i for i in range(60) if LABELS[i] is not None}
    if stated:
        assert set(met["train"]) == {i for i in labelled if ROLES[i] in ("train", None)}
        assert set(met["valid"]) == {i for i in labelled if ROLES[i] == "valid"}
    else:
        assert sorted(met["train"] + met["valid"]) == sorted(labelled)
        assert 4 < len(met["valid"]) < 30
    assert len(table.shards("train")) > 4
    assert (table.count("test"), table.num_features, table.judges) == (0, 15, "accuracy")


def test_the_same_rows_are_opened_and_others_replace_them(tmp_path: Path) -> None:
    hops, nodes = opened(tmp_path, label=LABELS)
    first = made(tmp_path, hops, nodes)
    (file,) = (tmp_path / "rows").glob("rows-*/train-00000.safetensors")
    before = file.stat().st_mtime_ns
    assert made(tmp_path, hops, nodes).digest == first.digest
    assert file.stat().st_mtime_ns == before
    assert made(tmp_path, hops, nodes, seed=1).digest != first.digest
    assert not file.exists()


def test_answers_follow_the_parts_whatever_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_finely(monkeypatch)
    hops, nodes = opened(tmp_path, label=[["a", "b"][i % 2] for i in range(60)])
    assert classes_of(nodes).labels == ("a", "b")
    parts = list(answers_by_part(hops, nodes, classes_of(nodes)))
    assert [part for part, _, _ in parts] == list(range(8))
    assert torch.equal(torch.from_numpy(np.concatenate([labels for _, labels, _ in parts])), torch.arange(60) % 2)
    assert join.LANES > 1


def test_classes_keep_their_numbers_only_if_these_count_from_nought(tmp_path: Path) -> None:
    _, nodes = opened(tmp_path / "a", label=[3, 5] * 30)
    assert classes_of(nodes).names == (3, 5)
    _, nodes = opened(tmp_path / "b", label=[True, False] * 30)
    assert classes_of(nodes).labels == (False, True)
    _, nodes = opened(tmp_path / "c", label=[0.0, 1.0, float("nan")] * 20)
    assert classes_of(nodes).names is None
