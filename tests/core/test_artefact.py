import errno
import json
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest
import safetensors.torch
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError

TENSORS = {"weights": torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "ids": torch.tensor([7, 8])}
CARD = {"made_by": "test", "scores": {"valid": 0.5}}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "a.safetensors"
    artefact.save(path, "knowledge", TENSORS, CARD)
    return path


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_round_trip_keeps_values_dtypes_and_card(saved: Path) -> None:
    tensors, card = artefact.load(saved, "knowledge")
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[key], TENSORS[key]) for key in TENSORS)
    assert tensors["ids"].dtype == torch.int64
    assert card == {**CARD, "format": artefact.FORMAT, "kind": "knowledge"}
    assert artefact.read_card(saved, "knowledge") == card


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.bool, torch.uint8, torch.float64])
def test_round_trip_of_other_dtypes_and_shapes(tmp_path: Path, dtype: torch.dtype) -> None:
    tensors = {"scalar": torch.tensor(1, dtype=dtype), "empty": torch.zeros(0, 3, dtype=dtype)}
    artefact.save(tmp_path / "a", "x", tensors, {})
    loaded = artefact.load(tmp_path / "a", "x").tensors
    for key, value in tensors.items():
        assert loaded[key].dtype == dtype
        assert loaded[key].shape == value.shape
        assert torch.equal(loaded[key], value)


def test_tensors_that_share_memory_are_written_apart(tmp_path: Path) -> None:
    base = torch.arange(6.0)
    artefact.save(tmp_path / "a", "x", {"all": base, "again": base, "part": base[2:4]}, {})
    loaded = artefact.load(tmp_path / "a", "x").tensors
    assert loaded["again"].tolist() == [0, 1, 2, 3, 4, 5]
    assert loaded["part"].tolist() == [2, 3]


def test_transposed_and_learnt_tensors_are_written_by_value(tmp_path: Path) -> None:
    weight = torch.nn.Parameter(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    artefact.save(tmp_path / "a", "x", {"turned": weight.T}, {})
    assert artefact.load(tmp_path / "a", "x").tensors["turned"].tolist() == [[1, 4], [2, 5], [3, 6]]


def test_the_card_cannot_claim_another_format_or_kind(tmp_path: Path) -> None:
    artefact.save(tmp_path / "a", "student", {}, {"format": 99, "kind": "other"})
    assert artefact.load(tmp_path / "a", "student").card == {"format": artefact.FORMAT, "kind": "student"}


def test_any_flipped_bit_is_noticed(saved: Path) -> None:
    whole = saved.read_bytes()
    unnoticed = []
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << (position % 8)
        saved.write_bytes(damaged)
        try:
            artefact.load(saved, "knowledge")
        except ArtefactError:
            continue
        unnoticed.append(position)
    assert unnoticed == []


def test_any_truncation_is_noticed(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(len(whole)):
        saved.write_bytes(whole[:length])
        with pytest.raises(ArtefactError, match="truncated or altered"):
            artefact.load(saved, "knowledge")


def test_a_changed_value_is_reported_as_such(saved: Path) -> None:
    damaged = bytearray(saved.read_bytes())
    damaged[-1] ^= 1
    saved.write_bytes(damaged)
    with pytest.raises(ArtefactError, match="does not match its checksum"):
        artefact.load(saved, "knowledge")


def test_a_newer_format_is_refused_with_advice(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(artefact, "FORMAT", artefact.FORMAT + 1)
        artefact.save(saved, "knowledge", TENSORS, CARD)
    for read in (artefact.load, artefact.read_card):
        with pytest.raises(ArtefactError, match="has format 2, this release reads up to 1: upgrade"):
            read(saved, "knowledge")


def test_another_kind_is_refused(saved: Path) -> None:
    for read in (artefact.load, artefact.read_card):
        with pytest.raises(ArtefactError, match="expected a student artefact at .*, got a knowledge"):
            read(saved, "student")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected a student artefact at .*none.*, found no such file"):
        artefact.load(tmp_path / "none", "student")
    with pytest.raises(ArtefactError, match="expected a student artefact at .*none"):
        artefact.read_card(tmp_path / "none", "student")


def test_a_foreign_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign"
    safetensors.torch.save_file({"x": torch.ones(1)}, path)
    with pytest.raises(ArtefactError, match="without a gnn2mlp card"):
        artefact.load(path, "student")
    with pytest.raises(ArtefactError, match="__metadata__"):
        artefact.read_card(path, "student")


def test_a_card_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    safetensors.torch.save_file({}, path, metadata={"card": "not json", "sha256": ""})
    for read in (artefact.load, artefact.read_card):
        with pytest.raises(ArtefactError, match="holds no readable card"):
            read(path, "student")


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64, b"\x02" + bytes(7) + b"[]"])
def test_read_card_refuses_what_is_no_artefact(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match="expected a student artefact"):
        artefact.read_card(path, "student")


def test_a_failing_write_keeps_the_old_file_and_leaves_nothing_behind(saved: Path) -> None:
    before = saved.read_bytes()

    def fails(file: BinaryIO) -> None:
        file.write(b"half of it")
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        artefact.atomic(saved, fails)
    assert saved.read_bytes() == before
    assert _files(saved.parent) == [saved.name]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(saved: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    before = saved.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full if step == "fsync" else os.fsync)
    monkeypatch.setattr(Path, "replace", full if step == "replace" else Path.replace)
    with pytest.raises(ArtefactError, match=r"could not write .*No space left on device.*free some space"):
        artefact.atomic(saved, full if step == "write" else lambda file: file.write(b"new"))
    assert saved.read_bytes() == before
    assert _files(saved.parent) == [saved.name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_device_without_space_fails_on_flush(tmp_path: Path) -> None:
    def write_to_full(_: BinaryIO) -> None:
        with Path("/dev/full").open("wb") as full:
            full.write(b"x")

    with pytest.raises(ArtefactError, match="No space left"):
        artefact.atomic(tmp_path / "a", write_to_full)
    assert _files(tmp_path) == []


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(saved: Path) -> None:
    seen = []

    def write(file: BinaryIO) -> None:
        file.write(b"new")
        file.flush()
        seen.append(artefact.load(saved, "knowledge").card["made_by"])

    artefact.atomic(saved, write)
    assert seen == ["test"]
    assert saved.read_bytes() == b"new"


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArtefactError, match="could not write"):
        artefact.write_text(tmp_path / "file" / "below" / "a.txt", "x")


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_files_get_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    artefact.write_text(tmp_path / "atomic", "x")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "atomic")]
    assert modes[0] == modes[1]


def test_text_and_json_are_utf8(tmp_path: Path) -> None:
    artefact.write_text(tmp_path / "deep" / "a.txt", "Größe\n")
    assert (tmp_path / "deep" / "a.txt").read_bytes() == b"Gr\xc3\xb6\xc3\x9fe\n"
    artefact.write_json(tmp_path / "a.json", {"mean": 0.5, "name": "±"})
    assert artefact.read_json(tmp_path / "a.json") == {"mean": 0.5, "name": "±"}
    assert (tmp_path / "a.json").read_text().endswith("}\n")


def test_json_without_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        artefact.write_json(tmp_path / "a.json", {"mean": float("nan")})
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("content", [None, "{", "\x00"])
def test_read_json_names_the_file(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "results.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ArtefactError, match=r"expected a JSON file at .*results\.json"):
        artefact.read_json(path)


def test_the_header_is_plain_safetensors(saved: Path) -> None:
    with safetensors.safe_open(saved, framework="np") as file:
        assert set(file.keys()) == {"ids", "weights"}
        assert json.loads(file.metadata()["card"])["scores"] == {"valid": 0.5}
