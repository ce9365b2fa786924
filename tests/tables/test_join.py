import datetime
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.core import artefact, parquet
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, MissingKnowledgeError
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.knowledge.parquet import write_parquet
from gnn2mlp.tables import ColumnNames, join, sorting
from gnn2mlp.tables.join import join_tables
from gnn2mlp.tables.table import RowChunk, RowTable
from tests.rowtables import features_of, ids_of, knowledge_of, labels_of, write_both, write_features


def chunk_of(table: RowTable, role: Any) -> RowChunk:
    """All rows of a role."""
    loaded = [table.load(shard) for shard in table.shards(role)]
    per_node = [key for key in loaded[0].knowledge.values if KEYS[key].per_node]
    return RowChunk(
        torch.cat([chunk.x for chunk in loaded]),
        torch.cat([chunk.labels for chunk in loaded]),
        TeacherKnowledge(
            torch.cat([chunk.knowledge.node_ids for chunk in loaded]),
            {key: torch.cat([chunk.knowledge[key] for chunk in loaded]) for key in per_node},
        ),
    )


@pytest.mark.parametrize("kind", ["safetensors", "parquet"])
def test_rows_are_joined_by_id_never_by_position(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "SHARD_ROWS", 20)
    monkeypatch.setattr(parquet, "BATCH_ROWS", 64)
    knowledge, features = write_both(tmp_path, 500)
    if kind == "parquet":
        knowledge = tmp_path / "k.parquet"
        write_parquet(knowledge_of(ids_of(500)), knowledge)
    table = join_tables(knowledge, features, tmp_path / "table")
    assert len(table.shards("train")) == 24
    found = {role: chunk_of(table, role) for role in ("train", "valid")}
    ids = torch.cat([chunk.knowledge.node_ids for chunk in found.values()])
    assert sorted(ids.tolist()) == sorted(ids_of(500).tolist())
    for chunk in found.values():
        nodes = chunk.knowledge.node_ids
        assert np.array_equal(chunk.x.numpy(), features_of(nodes.numpy()))
        assert chunk.labels.tolist() == [-1 if y is None else y for y in labels_of(nodes.numpy())]
        expected = knowledge_of(ids_of(500)).align(nodes)
        assert all(torch.equal(chunk.knowledge[key], expected[key]) for key in chunk.knowledge.values)
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
    assert sorted(chunk_of(table, "test").knowledge.node_ids.tolist()) == sorted(ids_of(200, seed=1)[150:190].tolist())


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
    assert told == list(range(9))
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


def wide(ids: np.ndarray) -> np.ndarray:
    """Ids that are equal in their low 32 bits."""
    return ids.astype(np.int64) * 2**32 + 7


TYPES: dict[str, Any] = {
    "64-bit": wide,
    "unsigned": lambda ids: wide(ids).astype(np.uint64) + np.uint64(2**63),
    "text": lambda ids: [f"user-{i}" for i in ids],
    "large text": lambda ids: pa.array([f"user-{i}" for i in ids], pa.large_string()),
    "numbered text": lambda ids: pa.array([f"user-{i}" for i in ids]).dictionary_encode(),
    "bytes": lambda ids: pa.array([int(i).to_bytes(16, "big") for i in ids], pa.binary(16)),
    "uuid": lambda ids: pa.array([int(i).to_bytes(16, "big") for i in ids], pa.uuid()),
    "date": lambda ids: pa.array([datetime.date(2000, 1, 1) + datetime.timedelta(int(i)) for i in ids]),
}


def write_ids(folder: Path, left: Any, right: Any, rows: int = 200) -> tuple[Path, Path]:
    """Knowledge and features of the same nodes, in another order, whose ids are a function of numbers."""
    first, second = ids_of(rows), ids_of(rows, seed=1)
    logits = knowledge_of(first)["logits"].tolist()
    pq.write_table(pa.table({"node_id": left(first), "logits": logits}), folder / "k.parquet")
    return folder / "k.parquet", write_features(folder / "f.parquet", second, node_id=right(second))


@pytest.mark.parametrize("kind", TYPES)
def test_ids_are_of_any_type_and_come_back_as_they_were(tmp_path: Path, kind: str) -> None:
    write = TYPES[kind]
    knowledge, features = write_ids(tmp_path, write, write)
    table = join_tables(knowledge, features, tmp_path / "table", valid=0.3)
    numbers = {
        str(value): number for number, value in zip(ids_of(200), pa.array(write(ids_of(200))).to_pylist(), strict=True)
    }
    found = []
    for role in ("train", "valid"):
        for shard in table.shards(role):
            chunk, ids = table.load(shard), table.ids(shard).tolist()
            nodes = np.array([numbers[str(value)] for value in ids])
            assert np.array_equal(chunk.x.numpy(), features_of(nodes))
            assert torch.equal(chunk.knowledge["logits"], knowledge_of(nodes)["logits"])
            assert chunk.labels.tolist() == [-1 if y is None else y for y in labels_of(nodes)]
            found += ids
    assert sorted(map(str, found)) == sorted(numbers)
    assert 15 < table.count("valid") < 45  # not all of one role
    assert len(table.shards("train")) == 8


def test_ids_that_share_their_low_bits_share_no_role(tmp_path: Path) -> None:
    pairs = lambda ids: (ids % 100) + (ids // 100) * 2**40  # noqa: E731
    table = join_tables(*write_ids(tmp_path, pairs, pairs), tmp_path / "table", valid=0.5)
    valid = np.concatenate([table.ids(shard) for shard in table.shards("valid")])
    assert set(valid % 2**40) - set(valid[valid < 2**40])


def test_ids_of_two_widths_are_joined_by_value_and_of_two_kinds_not_at_all(tmp_path: Path) -> None:
    both = write_ids(tmp_path, lambda ids: ids.astype(np.uint16), lambda ids: ids.astype(np.float64))
    table = join_tables(*both, tmp_path / "table")
    reference = join_tables(*write_both(tmp_path / "in"), tmp_path / "reference")
    assert [table.ids(s).tolist() for s in table.shards("train")] == [
        reference.ids(s).tolist() for s in reference.shards("train")
    ]
    both = write_ids(tmp_path, TYPES["text"], lambda ids: ids)
    with pytest.raises(DataError, match=r"ids: .*f\.parquet has whole numbers and .*k\.parquet has text, .*same type"):
        join_tables(*both, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_an_example_of_a_missing_id_is_as_the_user_wrote_it(tmp_path: Path) -> None:
    knowledge, features = write_ids(tmp_path, TYPES["text"], lambda ids: [f"user-{i}x" for i in ids])
    with pytest.raises(DataError, match=r"200 without knowledge \(first: 'user-101x'\)"):
        join_tables(knowledge, features, tmp_path / "table")


def shards_of(table: RowTable) -> dict[str, dict[str, list]]:
    """All that is in the files of a table."""
    files = {path.name: artefact.load(path, "rows").tensors for path in table.path("").iterdir()}
    return {file: {name: value.tolist() for name, value in tensors.items()} for file, tensors in files.items()}


def test_shards_are_the_same_whatever_the_threads_and_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(join, "SHARD_ROWS", 20)
    knowledge, features = write_both(tmp_path, 500)
    first = shards_of(join_tables(knowledge, features, tmp_path / "a"))
    monkeypatch.setattr(sorting, "THREADS", 1)
    table = pq.read_table(features)
    pq.write_table(table.take(np.random.default_rng(0).permutation(500)), features)
    assert shards_of(join_tables(knowledge, features, tmp_path / "b")) == first
    assert len(first) > 30


def test_columns_that_are_not_used_are_told(tmp_path: Path) -> None:
    knowledge, features = write_ids(tmp_path, TYPES["text"], TYPES["text"])
    with_note = pq.read_table(knowledge).append_column("note", pa.array(["x"] * 200))
    pq.write_table(with_note.rename_columns(["user", "logits", "note"]), knowledge)
    frame = pd.read_parquet(features).rename(columns={"node_id": "user", "label": "y"}).sample(frac=1, random_state=0)
    frame["town"] = np.where(frame["f0"] > 0, "Ulm", "Bonn")
    frame.to_parquet(features)
    with pytest.raises(DataError, match="got 'y', by its name no feature"):
        join_tables(knowledge, features, tmp_path / "table", names=ColumnNames(id="user"))
    table = join_tables(knowledge, features, tmp_path / "table", names=ColumnNames(id="user", label="y"))
    assert table.feature_names == ("f0", "f1", "f2", "f3", "town=Bonn", "town=Ulm")
    assert table.manifest["unused"] == {"features": ["__index_level_0__"], "knowledge": ["note"]}
    chunk = table.load(table.shards("train")[0])
    assert torch.equal(chunk.x[:, 5], (chunk.x[:, 0] > 0).float())
    assert [column.kind for column in table.columns.columns] == ["number"] * 4 + ["category"]


def test_two_joins_into_one_folder_make_one_table(tmp_path: Path) -> None:
    knowledge, features = write_both(tmp_path)
    told: list[tuple[int, str]] = []
    tables: list[RowTable] = []
    ready = threading.Barrier(3)

    def work() -> None:
        ready.wait()
        listen = lambda done, total, note="": told.append((done, note))  # noqa: E731
        tables.append(join_tables(knowledge, features, tmp_path / "table", progress=listen))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [table.manifest["counts"]["rows"] for table in tables] == [200] * 3
    assert sum(note == "reading" for _, note in told) == 1  # one joined, the others found its table
    assert sorted(path.name for path in tmp_path.iterdir()) == ["features.parquet", "knowledge.safetensors", "table"]


def test_another_join_leaves_what_is_not_the_tables(tmp_path: Path) -> None:
    knowledge, features = write_both(tmp_path)
    first = join_tables(knowledge, features, tmp_path / "table")
    (tmp_path / "table" / "notes.txt").write_text("mine")
    second = join_tables(knowledge, features, tmp_path / "table", seed=1)
    assert (tmp_path / "table" / "notes.txt").read_text() == "mine"
    assert second.digest != first.digest
    assert not first.path("").exists()
    assert {path.name for path in (tmp_path / "table").iterdir()} == {
        "manifest.json",
        "notes.txt",
        second.path("").name,
    }


FULL = """
import resource, sys
from pathlib import Path
from gnn2mlp.tables import join_tables
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
where = Path(sys.argv[2])
try:
    join_tables(where / "k.parquet", where / "f.parquet", where / "table", missing="drop")
except OSError as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_fails_and_the_next_join_is_whole(tmp_path: Path) -> None:
    """Files may grow up to a limit, below that of a shard."""
    knowledge, features = write_ids(tmp_path, wide, wide, 2000)
    command = [sys.executable, "-c", FULL, "10000", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("ArtefactError could not write"), done.stdout + done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.parquet", "k.parquet"]
    table = join_tables(knowledge, features, tmp_path / "table", missing="drop")
    assert table.manifest["counts"]["rows"] == 2000
