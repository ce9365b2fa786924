"""Lines of results survive several writers."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.studies import ledger


def seed_of(record: dict[str, Any]) -> int:
    return int(record["seed"])


def test_a_record_takes_the_place_of_its_elder(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "row.jsonl"
    for record in ({"seed": 1, "a": 1}, {"seed": 0, "a": 2}, {"seed": 1, "a": 3}):
        ledger.put(path, record, seed_of)
    assert ledger.read(path) == [{"seed": 0, "a": 2}, {"seed": 1, "a": 3}]
    assert [file.name for file in path.parent.iterdir()] == ["row.jsonl"]


def test_nan_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "row.jsonl"
    ledger.put(path, {"seed": 0}, seed_of)
    with pytest.raises(ValueError, match="JSON compliant"):
        ledger.put(path, {"seed": 1, "a": float("nan")}, seed_of)
    assert ledger.read(path) == [{"seed": 0}]


@pytest.mark.parametrize(
    ("text", "match"), [('{"seed": 1', "expected a JSON object, got:"), ("3", "expected a JSON object, got int")]
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "row.jsonl"
    path.write_text(json.dumps({"seed": 0}) + "\n\n" + text + "\n")
    with pytest.raises(ArtefactError, match=f"row.jsonl, line 3: {match}"):
        ledger.read(path)
    assert ledger.read(tmp_path / "absent.jsonl") == []


def test_no_line_of_several_writers_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "row.jsonl"

    def write(first: int) -> None:
        for seed in range(first, 20, 2):
            ledger.put(path, {"seed": seed}, seed_of)

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record["seed"] for record in ledger.read(path)] == list(range(20))
