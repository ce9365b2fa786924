import shutil
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.unlearning.before import before_removal, identities
from gnn2mlp.pipeline.unlearning.opened_run import opened_run
from tests.pipeline.unlearning.conftest import Make


def test_models_are_those_that_the_files_hold(make: Make) -> None:
    before = make([3]).before
    assert before.the_teacher.value.predict(before.graph).shape == (90, 3)
    assert before.knowledge.value.node_ids.tolist() == before.observed.node_ids.tolist()
    assert before.student.value.card["knowledge"] == before.knowledge.value.select(["logits"]).digest
    assert before.mlp.identity != before.student.identity


def test_a_teacher_that_the_cache_has_no_more_is_missed_when_it_is_asked_for(make: Make, people: Path) -> None:
    found, removal = opened_run(people / "run"), make([3]).removal
    assert len(identities(found.store)) == 2
    before = before_removal(found.folder, Store(people / "empty"), found.graph, found.splits[0], removal)
    with pytest.raises(DataError, match=r"expected the teacher of seed 0 in the cache, .* with --cache, or take"):
        _ = before.the_teacher
    shutil.rmtree(people / "run" / "students")
    with pytest.raises(ArtefactError, match="student"):
        before_removal(found.folder, found.store, found.graph, found.splits[0], removal)
