from pathlib import Path
from types import SimpleNamespace

from gnn2mlp.core.files import read_json
from gnn2mlp.pipeline.records import best_seed, once


def test_a_record_is_made_once_for_an_identity(tmp_path: Path) -> None:
    made = []

    def make() -> dict[str, int]:
        made.append(len(made))
        return {"number": len(made)}

    path = tmp_path / "deep" / "record.json"
    assert [once(path, {"a": 1}, make)["number"] for _ in range(3)] == [1, 1, 1]
    assert once(path, {"a": 2}, make)["number"] == 2
    assert read_json(path) == {"identity": {"a": 2}, "record": {"number": 2}}


def test_what_is_no_record_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    for content in ("{", "{}"):
        path.write_text(content)
        assert once(path, {}, lambda: {"number": 1}) == {"number": 1}


def test_the_best_seed_is_the_best_on_validation_nodes() -> None:
    records = [{"seed": s, "history": {"student": {"valid_best": v}}} for s, v in ((4, 0.5), (7, 0.9), (9, 0.8))]
    assert best_seed(SimpleNamespace(seed=lambda number: number), records) == 7
