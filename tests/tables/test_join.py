from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.knowledge import KEYS, TeacherKnowledge, _arrow
from gnn2mlp.knowledge.parquet import write_parquet
from gnn2mlp.tables import join
from gnn2mlp.tables.join import join_tables
from gnn2mlp.tables.table import Block, RowTable
from tests.rowtables import features_of, ids_of, knowledge_of, labels_of, write_both, write_features


def blocks(table: RowTable, role: Any) -> Block:
    """All rows of a role."""
    loaded = [table.load(shard) for shard in table.shards(role)]
    per_node = [key for key in loaded[0].knowledge.values if KEYS[key].per_node]
    return Block(
        torch.cat([block.x for block in loaded]),
        torch.cat([block.labels for block in loaded]),
        TeacherKnowledge(
            torch.cat([block.knowledge.node_ids for block in loaded]),
            {key: torch.cat([block.knowledge[key] for block in loaded]) for key in per_node},
        ),
    )


@pytest.mark.parametrize("kind", ["safetensors", "parquet"])
def test_rows_are_joined_by_id_never_by_position(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "SHARD_ROWS", 20)
    monkeypatch.setattr(_arrow, "PIECE", 64)
    knowledge, features = write_both(tmp_path, 500)
    if kind == "parquet":
        knowledge = tmp_path / "k.parquet"
        write_parquet(knowledge_of(ids_of(500)), knowledge)
    table = join_tables(knowledge, features, tmp_path / "table")
    assert len(table.shards("train")) == 24
    found = {role: blocks(table, role) for role in ("train", "valid")}
    ids = torch.cat([block.knowledge.node_ids for block in found.values()])
    assert sorted(ids.tolist()) == sorted(ids_of(500).tolist())
    for block in found.values():
        nodes = block.knowledge.node_ids
        assert np.array_equal(block.x.numpy(), features_of(nodes.numpy()))
        assert block.labels.tolist() == [-1 if y is None else y for y in labels_of(nodes.numpy())]
        expected = knowledge_of(ids_of(500)).align(nodes)
        assert all(torch.equal(block.knowledge[key], expected[key]) for key in block.knowledge.values)
    assert (found["valid"].labels >= 0).all()
    assert 10 < table.count("valid") < 45
    assert table.manifest["counts"]["labelled"] == sum(y is not None for y in labels_of(ids_of(500)))


def test_without_any_label_rows_of_all_kinds_validate_by_agreement(tmp_path: Path) -> None:
    table = join_tables(*write_both(tmp_path, label=None), tmp_path / "table", valid=0.3)
    assert table.judges == "agreement"
    assert 30 < table.count("valid") < 90


def test_roles_of_the_file_count(tmp_path: Path) -> None:
    roles = ["train"] * 100 + ["valid"] * 50 + ["test"] * 40 + [None] * 10
    table = join_tables(*write_both(tmp_path, role=roles), tmp_path / "table")
    assert [table.count(role) for role in ("train", "valid", "test")] == [110, 50, 40]
    assert sorted(blocks(table, "test").knowledge.node_ids.tolist()) == sorted(ids_of(200, seed=1)[150:190].tolist())


def test_only_the_keys_that_are_asked_for_are_kept(tmp_path: Path) -> None:
    table = join_tables(*write_both(tmp_path), tmp_path / "table", keys={"code", "codebook"})
    assert table.manifest["keys"] == ["code", "codebook", "logits"]
    thin = knowledge_of(ids_of(200)).select(["code", "codebook"])
    thin.save(tmp_path / "knowledge.safetensors")
    write_features(tmp_path / "features.parquet", ids_of(200), role=["train", "valid"] * 100, label=["a", "b"] * 100)
    files = tmp_path / "knowledge.safetensors", tmp_path / "features.parquet", tmp_path / "thin"
    assert join_tables(*files, keys={"code"}, classes="abc").manifest["keys"] == ["code"]
    with pytest.raises(MissingKnowledgeError, match="holds no 'hidden'"):
        join_tables(*files, keys={"hidden"}, classes="abc")


def test_the_card_names_the_classes(tmp_path: Path) -> None:
    knowledge, features = write_both(tmp_path, label=["a", "b", None, "c"] * 50)
    with pytest.raises(DataError, match="--classes"):
        join_tables(knowledge, features, tmp_path / "table")
    assert not (tmp_path / "table").exists()
    with_names = knowledge_of(ids_of(200))
    TeacherKnowledge(with_names.node_ids, with_names.values, {"classes": ["c", "b", "a"]}).save(knowledge)
    assert join_tables(knowledge, features, tmp_path / "table").classes == ("c", "b", "a")
    assert join_tables(knowledge, features, tmp_path / "table", classes="abc").classes == ("a", "b", "c")


def test_a_table_is_reused_until_something_changes(tmp_path: Path) -> None:
    knowledge, features = write_both(tmp_path)
    told: list[int] = []

    def joined(**options: Any) -> RowTable:
        told.clear()
        progress = lambda done, total, note="": told.append(done)  # noqa: E731
        return join_tables(knowledge, features, tmp_path / "table", progress=progress, **options)

    first = joined()
    assert len(told) == 8
    assert (joined().digest, told) == (first.digest, [])
    assert joined(valid=0.5).digest != first.digest
    assert told
    write_features(features, ids_of(200, seed=2))
    assert joined(valid=0.5).digest != first.digest
    assert told


@pytest.mark.parametrize("drop", [False, True])
def test_rows_without_partner(tmp_path: Path, drop: bool) -> None:
    knowledge = tmp_path / "k.safetensors"
    knowledge_of(np.arange(0, 150)).save(knowledge)
    features = write_features(tmp_path / "f.parquet", np.arange(50, 180))
    if not drop:
        match = r"30 without knowledge \(first: 150\).*50 without features \(first: 0\).*--missing drop|50.*30.*drop"
        with pytest.raises(DataError, match=match):
            join_tables(knowledge, features, tmp_path / "table")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["f.parquet", "k.safetensors"]
        return
    counts = join_tables(knowledge, features, tmp_path / "table", missing="drop").manifest["counts"]
    assert (counts["rows"], counts["without knowledge"], counts["without features"]) == (100, 30, 50)


def test_repeated_ids_are_refused_even_where_rows_may_be_dropped(tmp_path: Path) -> None:
    knowledge, _ = write_both(tmp_path)
    ids = ids_of(200)
    ids[7] = ids[100]
    features = write_features(tmp_path / "f.parquet", ids)
    with pytest.raises(DataError, match=rf"1 repeated in the features \(first: {ids[7]}\)"):
        join_tables(knowledge, features, tmp_path / "table", missing="drop")


def test_an_interrupted_join_leaves_no_half_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge, features = write_both(tmp_path)
    save = artefact.save

    def killed(path: Path, *rest: Any) -> None:
        if path.name.startswith("train-00003"):
            raise KeyboardInterrupt
        save(path, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(artefact, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            join_tables(knowledge, features, tmp_path / "table")
    with pytest.raises(ArtefactError):
        RowTable.open(tmp_path / "table")
    assert join_tables(knowledge, features, tmp_path / "table").count("train") > 100


def test_another_folder_is_not_overwritten(tmp_path: Path) -> None:
    knowledge, features = write_both(tmp_path / "in")
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds something else"):
        join_tables(knowledge, features, tmp_path / "table")
    assert (tmp_path / "table" / "thesis.txt").read_text() == "mine"


def test_tables_that_teach_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected rows to validate on, got none among 200 joined rows"):
        join_tables(*write_both(tmp_path, role=["train"] * 200), tmp_path / "table")
    with pytest.raises(ArtefactError, match="expected a table at .*absent"):
        join_tables(tmp_path / "absent", tmp_path / "absent", tmp_path / "table")
