from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.explore import disagreement
from gnn2mlp.explore.disagreement_file import FILE, load_answered, save_answered
from tests.explore.disagreeing import weak_spot


def test_what_was_written_is_read(tmp_path: Path) -> None:
    found = weak_spot(seeds=2, nodes=300)
    save_answered(tmp_path / FILE, found.answered)
    again = disagreement(tmp_path)
    assert repr(again) == repr(found)
    assert [one.slice for one in again.found] == [one.slice for one in found.found]
    assert again.rows("colour is red").equals(found.rows("colour is red"))
    assert list(again.answered.ids) == list(found.answered.ids)


def test_the_same_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_answered(tmp_path / f"{name}.safetensors", weak_spot(nodes=60).answered)
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / FILE
    save_answered(path, weak_spot(nodes=60).answered)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match="checksum"):
        load_answered(path)


def test_nodes_without_texts_and_features_are_kept_as_well(tmp_path: Path) -> None:
    found = disagreement({"student": np.array([0, 1, 1])}, np.array([0, 1, 0]))
    save_answered(tmp_path / FILE, found.answered)
    assert load_answered(tmp_path / FILE).texts == []
