import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError
from tests.helpers import mapped_file

TENSORS = {"weights": torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "ids": torch.tensor([7, 8])}
CARD = {"made_by": "test", "scores": {"valid": 0.5}}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "a.safetensors"
    artefact.save(path, "knowledge", TENSORS, CARD)
    return path


def test_round_trip_keeps_values_dtypes_and_card(saved: Path) -> None:
    tensors, card = artefact.load(saved, "knowledge")
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[key], TENSORS[key]) for key in TENSORS)
    assert tensors["ids"].dtype == torch.int64
    assert card == {**CARD, "format": artefact.FORMAT, "kind": "knowledge"}
    assert artefact.read_card(saved, "knowledge") == card


def test_a_checksum_is_that_of_the_file(saved: Path) -> None:
    with safetensors.safe_open(saved, framework="pt") as file:
        assert file.metadata()["sha256"] == artefact.checksum("knowledge", TENSORS, CARD)
    assert artefact.checksum("other", TENSORS, CARD) != artefact.checksum("knowledge", TENSORS, CARD)


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


def test_the_header_is_plain_safetensors(saved: Path) -> None:
    with safetensors.safe_open(saved, framework="np") as file:
        assert set(file.keys()) == {"ids", "weights"}
        assert json.loads(file.metadata()["card"])["scores"] == {"valid": 0.5}


def test_tensors_are_views_of_the_file_and_survive_its_replacement(saved: Path) -> None:
    loaded = artefact.load(saved, "knowledge").tensors
    for value in loaded.values():
        assert mapped_file(value) == saved
    artefact.save(saved, "knowledge", {key: value + 1 for key, value in TENSORS.items()}, CARD)
    assert all(torch.equal(loaded[key], TENSORS[key]) for key in TENSORS)


def test_a_checksum_that_was_seen_to_hold_need_not_be_computed_again(saved: Path) -> None:
    damaged = bytearray(saved.read_bytes())
    damaged[-1] ^= 1
    saved.write_bytes(damaged)
    loaded = artefact.load(saved, "knowledge", verify=False).tensors
    assert not all(torch.equal(loaded[key], TENSORS[key]) for key in TENSORS)


@pytest.mark.parametrize("there", ["another kind", "text", "safetensors of others", "folder"])
def test_what_is_of_another_kind_is_not_overwritten(tmp_path: Path, there: str) -> None:
    path = tmp_path / "a"
    {
        "another kind": lambda: artefact.save(path, "teacher", TENSORS, CARD),
        "text": lambda: path.write_text("my notes"),
        "safetensors of others": lambda: safetensors.torch.save_file(TENSORS, path),
        "folder": lambda: path.mkdir(),
    }[there]()
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ArtefactError, match="expected nothing or a checkpoint artefact at .*, which holds"):
        artefact.save(path, "checkpoint", TENSORS, CARD)
    assert before == (path.read_bytes() if path.is_file() else None)


@pytest.mark.parametrize("length", [0, 100, -1])
def test_one_of_the_same_kind_is_replaced_even_if_it_is_damaged(saved: Path, length: int) -> None:
    saved.write_bytes(saved.read_bytes()[:length])
    artefact.save(saved, "knowledge", TENSORS, CARD)
    assert artefact.load(saved, "knowledge").card["made_by"] == "test"


def test_paths_are_text_too_and_know_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    artefact.save("~/[a]", "x", TENSORS, CARD)
    assert (tmp_path / "[a]").exists()
    assert artefact.load("~/[a]", "x").card["made_by"] == artefact.read_card("~/[a]", "x")["made_by"]


def test_the_same_has_the_same_bytes_and_reads_like_any_other(saved: Path) -> None:
    made = {artefact.encode("knowledge", TENSORS, CARD) for _ in range(20)}
    assert made == {saved.read_bytes()}
    (content,) = made
    assert (8 + int.from_bytes(content[:8], "little")) % 8 == 0
    tensors, card = artefact.decode(content, "knowledge", saved)
    assert card == artefact.load(saved, "knowledge").card
    assert all(torch.equal(tensors[key], TENSORS[key]) for key in TENSORS)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64, safetensors.torch.save({"x": torch.ones(1)})])
def test_bytes_that_are_no_artefact_are_refused(content: bytes) -> None:
    with pytest.raises(ArtefactError, match="there is not a readable artefact of the kind knowledge"):
        artefact.decode(content, "knowledge", Path("there"))
    with pytest.raises(ArtefactError, match="expected a student artefact at there, got a knowledge"):
        artefact.decode(artefact.encode("knowledge", TENSORS, CARD), "student", Path("there"))
