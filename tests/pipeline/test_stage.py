from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.stage import Kept, Origin, Reference, Stage, Storage, json_file, stored, unkept

HERE = {"processor": "mine"}


class Adder:
    """Makes records, and counts how often."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def stage(self, path: Path, name: str = "sum", here: Any = HERE, **inputs: Any) -> Stage[dict[str, Any]]:
        def make(**values: Any) -> dict[str, Any]:
            self.calls.append(name)
            return {"sum": sum(v["sum"] if isinstance(v, dict) else v for v in values.values()), **context}

        context = {"listener": "heard"}
        stage = Stage(add, inputs, json_file(path), here, lambda: {"counted": make})
        return stage


def add(*, counted: Any, **values: Any) -> dict[str, Any]:
    return counted(**values)


@pytest.fixture
def adder() -> Adder:
    return Adder()


def test_what_was_made_is_found_again(adder: Adder, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "sum.json"
    for _ in range(3):
        assert adder.stage(path, a=1, b=2).value["sum"] == 3
    assert adder.calls == ["sum"]


@pytest.mark.parametrize("change", [{"a": 2}, {"b": 2.0}, {"c": 0}])
def test_another_input_is_another_result(adder: Adder, tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "sum.json"
    first = adder.stage(path, a=1, b=2)
    assert first.value["sum"] == 3
    _ = adder.stage(path, **{"a": 1, "b": 2} | change).value
    assert len(adder.calls) == 2
    _ = adder.stage(path, a=1, b=2).value
    assert len(adder.calls) == 3, "one file holds the newest result only"


def test_files_by_identity_hold_all_results(adder: Adder, tmp_path: Path) -> None:
    newest = json_file(tmp_path)
    storage = Storage(lambda identity: tmp_path / f"{identity['a']}.json", newest.load, newest.save)
    for value in (1, 2, 1, 2):
        stage = adder.stage(tmp_path, a=value)
        assert Stage(add, {"a": value}, storage, HERE, stage.context).value["sum"] == value
    assert len(adder.calls) == 2


def test_the_code_of_the_function_counts(adder: Adder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _ = adder.stage(tmp_path / "sum.json", a=1).value
    monkeypatch.setattr("gnn2mlp.pipeline.stage.code_of", lambda make: "other code")
    _ = adder.stage(tmp_path / "sum.json", a=1).value
    assert len(adder.calls) == 2


def test_a_stage_may_be_given_stages(adder: Adder, tmp_path: Path) -> None:
    def last(a: int) -> Stage[dict[str, Any]]:
        first = adder.stage(tmp_path / "first.json", "first", a=a)
        second = adder.stage(tmp_path / "second.json", "second", first=first, b=2)
        return adder.stage(tmp_path / "last.json", "last", first=first, second=second)

    assert last(1).value["sum"] == 1 + 3
    assert sorted(adder.calls) == ["first", "last", "second"]
    (tmp_path / "first.json").unlink()
    assert last(1).value["sum"] == 4
    assert len(adder.calls) == 3, "what is finished asks for nothing before it"
    assert last(2).value["sum"] == 2 + 4
    assert len(adder.calls) == 6


def test_an_origin_tells_where_all_was_made(adder: Adder, tmp_path: Path) -> None:
    first = adder.stage(tmp_path / "first.json", here={"processor": "old"}, a=1)
    assert first.environment == {"processor": "old"}
    again = adder.stage(tmp_path / "first.json", a=1)
    second = adder.stage(tmp_path / "second.json", first=again, b=1)
    assert second.environment == HERE
    assert second.kept.origin.given == {"first": {"processor": "old"}}
    made = read_json(tmp_path / "second.json")["made"]
    assert Origin.parse(made) == second.kept.origin


@pytest.mark.parametrize("content", ["{", "{}", "[]", '{"record": {"sum": 1}}', '{"made": 1, "record": {}}', ""])
def test_what_is_no_result_is_made_again(adder: Adder, tmp_path: Path, content: str) -> None:
    path = tmp_path / "sum.json"
    path.write_text(content)
    assert adder.stage(path, a=1).value["sum"] == 1
    assert adder.calls == ["sum"]


def test_what_could_not_be_made_is_not_there(tmp_path: Path) -> None:
    def fail(**values: Any) -> dict[str, Any]:
        raise RuntimeError("interrupted")

    stage = Stage(add, {"a": 1}, json_file(tmp_path / "sum.json"), HERE, lambda: {"counted": fail})
    with pytest.raises(RuntimeError, match="interrupted"):
        _ = stage.value
    assert list(tmp_path.iterdir()) == []


def test_a_reference_reads_what_was_made(adder: Adder, tmp_path: Path) -> None:
    stage = adder.stage(tmp_path / "sum.json", a=1)
    reference = stage.reference()
    assert isinstance(reference, Reference)
    assert (reference.identity, reference.value["sum"], reference.environment) == (stage.identity, 1, HERE)
    total = adder.stage(tmp_path / "total.json", parts=[])
    assert total.identity != adder.stage(tmp_path / "total.json", parts=[reference]).identity
    (tmp_path / "sum.json").unlink()
    with pytest.raises(ArtefactError, match="was removed or altered while it was in use"):
        _ = reference.value


def test_stages_in_a_list_are_resolved(tmp_path: Path) -> None:
    adder = Adder()
    parts = [adder.stage(tmp_path / f"{n}.json", a=n) for n in (1, 2)]

    def collect(*, parts: list[dict[str, Any]]) -> dict[str, Any]:
        return {"sums": [part["sum"] for part in parts]}

    stage = Stage(collect, {"parts": parts}, unkept(), HERE)
    assert stage.value == {"sums": [1, 2]}
    assert stage.identity != Stage(collect, {"parts": parts[::-1]}, unkept(), HERE).identity


def test_what_is_not_kept_is_made_each_time(adder: Adder, tmp_path: Path) -> None:
    for _ in range(2):
        stage = adder.stage(tmp_path / "unused", a=1)
        kept = Stage(add, stage.inputs, unkept(), HERE, stage.context).kept
        assert isinstance(kept, Kept)
    assert len(adder.calls) == 2
    assert list(tmp_path.iterdir()) == []


def in_cache(root: Path, make: Any) -> Stage[dict[str, Any]]:
    newest = json_file(root)
    return Stage(add, {"a": 1}, stored(Store(root), "sums", newest.load, newest.save), HERE, lambda: {"counted": make})


@pytest.mark.parametrize("damage", [lambda b: b[:-3], lambda b: b"", lambda b: b"x" * 100])
def test_a_damaged_entry_of_the_cache_is_made_again(tmp_path: Path, damage: Any) -> None:
    calls: list[int] = []

    def make(**values: Any) -> dict[str, Any]:
        calls.append(1)
        return {"number": len(calls)}

    assert [in_cache(tmp_path, make).value["number"] for _ in range(2)] == [1, 1]
    path = next(tmp_path.rglob("*.safetensors"))
    path.write_bytes(damage(path.read_bytes()))
    assert [in_cache(tmp_path, make).value["number"] for _ in range(2)] == [2, 2]


def test_a_cache_that_cannot_be_written_is_told_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArtefactError, match="it is the cache"):
        _ = in_cache(tmp_path / "file" / "cache", lambda **_: pytest.fail("made")).value


def test_a_cache_that_can_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _ = in_cache(tmp_path, lambda **_: {"number": 1}).value
    monkeypatch.setattr(Path, "write_bytes", lambda *_: pytest.fail("something was written"))
    assert in_cache(tmp_path, lambda **_: pytest.fail("made")).value["number"] == 1
