"""Texts and prompts that nothing of what is left says, and the files of the cache that hold their rows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.stage import Reference
from gnn2mlp.pipeline.unlearning.before import Before
from gnn2mlp.pipeline.unlearning.purge import to_purge
from gnn2mlp.pipeline.unlearning.texts_read import texts_gone
from gnn2mlp.teachers.language import Language
from gnn2mlp.texts.cache import encode_cached
from tests.pipeline.unlearning.conftest import Make
from tests.texts.test_cache import Slow


def saying(before: Before, **teacher: Any) -> Before:
    """The same of nodes with texts, of which nodes 3 and 4 have one, and a teacher that read them."""
    texts = [f"text {max(node, 4) if node in (3, 4) else node}" for node in range(before.graph.num_nodes)]
    knowledge = before.knowledge.value.described(teacher=Language(**teacher).spec().to_dict())
    told: Any = type("Told", (), {"value": knowledge, "identity": before.knowledge.identity})()
    reference: Reference[Any] = told
    return replace(before, graph=replace(before.graph, texts=texts), knowledge=reference)


def test_a_text_is_gone_when_no_node_has_it(make: Make) -> None:
    assert texts_gone(make([3, 17]).before) == set()  # without texts
    assert texts_gone(saying(make([3, 17]).before)) == {"text 17"}
    assert texts_gone(saying(make([3, 4]).before)) == {"text 4"}


def test_prompts_that_hold_it_are_gone_too(make: Make) -> None:
    gone = texts_gone(saying(make([17]).before, read="prompt", hops=1))
    assert "text 17" in gone
    assert len(gone) > 2
    assert all('"text 17"' in prompt for prompt in gone - {"text 17"})


def test_files_of_the_cache_with_its_row_go(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNN2MLP_CACHE", str(tmp_path / "cache"))
    before, run = saying(make([17]).before), tmp_path / "run"
    run.mkdir()
    encode_cached(Slow(), ["text 17", "text 1"])
    encode_cached(Slow("2"), ["text 1"])
    encode_cached(Slow(), ["text 17"], tmp_path / "own" / "texts")
    own, gone = to_purge(run, Store(tmp_path / "own"), [before])
    assert own["why"] == gone["why"] == "rows of texts that are forgotten"
    assert Path(own["path"]).is_relative_to(tmp_path / "own" / "texts")
    (held,) = [path for path in (tmp_path / "cache" / "texts").rglob("*.safetensors") if str(path) != gone["path"]]
    assert held.parent != Path(gone["path"]).parent
