import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core import artefact
from gnn2mlp.explore import disagreement_file
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.unlearning import purge as purging
from gnn2mlp.pipeline.unlearning.before import before_removal
from gnn2mlp.pipeline.unlearning.opened_run import opened_run
from gnn2mlp.pipeline.unlearning.purge import PENDING, purge, searched, to_purge
from tests.pipeline.unlearning.conftest import Make


def test_only_what_saw_the_same_goes(make: Make, people: Path) -> None:
    found = opened_run(people / "run")
    before = before_removal(found.folder, found.store, found.graph, found.splits[0], make([3]).removal)
    other = people / "cache" / "teachers" / "other.safetensors"
    about = {"identity": {"observed": "another"}, "environment": {}, "given": {}}
    artefact.save(other, "teacher", {}, {"about": about})
    (people / "cache" / "teachers" / "broken.safetensors").write_text("x")
    plan = to_purge(found.folder, Store(people / "cache"), [before])
    assert {each["done"] for each in plan} == {PENDING}
    assert (people / "run" / "student").is_dir()
    done = purge(found.folder, plan)
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


def test_a_name_that_is_a_number_of_a_row_is_not_looked_for(make: Make, tmp_path: Path) -> None:
    before = make([3, 17]).before
    names = np.array([str(number) for number in range(5_000, 5_000 + before.graph.num_nodes)])
    names[17] = "0017"
    before = replace(before, graph=replace(before.graph, node_names=names))
    (tmp_path / "left.txt").write_text("rows 0017 and 5003")
    assert searched(tmp_path, [before]) == {"names": 1, "found": ["left.txt"]}
    assert searched(tmp_path, [replace(before, removal=replace(before.removal, nodes=torch.tensor([17])))]) is None


def test_names_that_are_numbers_are_looked_for_in_arrays_as_well(make: Make, tmp_path: Path) -> None:
    before = make([3, 17]).before
    named = np.arange(7_000_000, 7_000_000 + before.graph.num_nodes)
    before = replace(before, graph=replace(before.graph, node_names=named))
    (tmp_path / "left.bin").write_bytes(named[[2, 4, 18]].tobytes())
    assert searched(tmp_path, [before]) == {"names": 2, "found": []}
    (tmp_path / "held.bin").write_bytes(named[[2, 3]].tobytes())
    assert searched(tmp_path, [before]) == {"names": 2, "found": ["held.bin"]}
    few = np.arange(120, 120 + before.graph.num_nodes)  # as many as there may be links
    (tmp_path / "offsets.bin").write_bytes(few.tobytes())
    assert searched(tmp_path, [replace(before, graph=replace(before.graph, node_names=few))]) is None
    few = few + 100_000
    (tmp_path / "offsets.bin").write_bytes(few.tobytes())
    found = searched(tmp_path, [replace(before, graph=replace(before.graph, node_names=few))])
    assert found == {"names": 2, "found": ["offsets.bin"]}


@pytest.mark.parametrize(
    "module",
    ["run", "opening", "maps", "trust", "explain", "explain_files", "latency", "auto", "unlearning/unlearn"],
)
def test_what_verbs_write_into_the_folder_of_a_run_is_known(module: str) -> None:
    source = (Path(purging.__file__).parents[1] / f"{module}.py").read_text(encoding="utf-8")
    names = set(re.findall(r'"([\w-]+\.(?:html|json|csv|yaml|safetensors))"', source))
    assert names - purging.OWN == set()
    assert disagreement_file.FILE in purging.OWN
