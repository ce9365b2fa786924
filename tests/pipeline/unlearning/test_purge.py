from importlib import import_module
from pathlib import Path

import pytest

from gnn2mlp.core import artefact
from gnn2mlp.core.progress import silent
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline import explain, trust
from gnn2mlp.pipeline.unlearning.before import before_removal
from gnn2mlp.pipeline.unlearning.opened_run import opened_run, settings_of_run
from gnn2mlp.pipeline.unlearning.purge import purge, searched
from tests.pipeline.unlearning.conftest import Make


def test_only_what_saw_the_same_goes(make: Make, people: Path) -> None:
    found = opened_run(people / "run")
    before = before_removal(found.folder, found.store, found.graph, found.splits[0], make([3]).removal)
    other = people / "cache" / "teachers" / "other.safetensors"
    about = {"identity": {"observed": "another"}, "environment": {}, "given": {}}
    artefact.save(other, "teacher", {}, {"about": about})
    (people / "cache" / "teachers" / "broken.safetensors").write_text("x")
    done = purge(found.folder, Store(people / "cache"), [before])
    assert {each["done"] for each in done} == {"deleted"}
    assert not (people / "run").exists()
    assert sorted(path.name for path in (people / "cache").rglob("*.safetensors")) == [
        "broken.safetensors",
        "other.safetensors",
    ]


def test_names_are_looked_for_where_nodes_have_some(make: Make, tmp_path: Path) -> None:
    before = make([3, 17]).before
    (tmp_path / "clean.txt").write_text("person-0004-quaint")
    assert searched(tmp_path, [before]) == {"names": 2, "found": []}
    (tmp_path / "left.txt").write_text("of person-0017-quaint")
    assert searched(tmp_path, [before]) == {"names": 2, "found": ["left.txt"]}


def test_nothing_that_other_verbs_write_is_taken_for_a_file_of_the_users(
    make: Make, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb in ("trust", "explain"):  # pages without their pictures, which take all the time
        module = import_module(f"gnn2mlp.pipeline.{verb}")
        monkeypatch.setattr(module, f"write_{verb}_report", lambda *given: given[-1].write_text("left out"))
    config, quiet = settings_of_run(people / "run"), lambda seed, stage: silent
    trust(config, quiet)
    explain(config, ["person-0003-quaint"], listen=quiet, pictures=0)
    found = opened_run(people / "run")
    before = before_removal(found.folder, found.store, found.graph, found.splits[0], make([3]).removal)
    written = {path.name for path in found.folder.iterdir()}
    assert {"nodes.csv", "trust.html", "explain.html", "explanations.csv", "contributions.csv"} <= written
    purge(found.folder, found.store, [before])
    assert not found.folder.exists()
