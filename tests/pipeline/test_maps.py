from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.explore.map_packing import unpack
from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.pipeline.maps import run_map


def _with_codes(settings: dict[str, Any], **more: Any) -> RunConfig:
    teacher = {"name": "vq", "codes": 8, "encoder": {"name": "gcn", "hidden": 8, "epochs": 3}}
    return RunConfig(**{**settings, "teacher": teacher, "method": "vqgraph", "seeds": 1, **more})


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_a_run_whose_teacher_has_codes_leaves_a_map(settings: dict[str, Any], setting: str) -> None:
    result = run(_with_codes(settings, setting=setting))
    page = (result.out / "map.html").read_text(encoding="utf-8")
    assert "codes of vq and what vqgraph answers</title>" in page
    assert len(page) < 5_000_000


def test_a_run_without_codes_leaves_none(settings: dict[str, Any]) -> None:
    assert not (run(RunConfig(**{**settings, "seeds": 1})).out / "map.html").exists()


def test_it_knows_roles_and_answers(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def spied(*given: Any) -> Any:
        found = run_map(*given)
        seen.append((given, found))
        return found

    monkeypatch.setattr("gnn2mlp.pipeline.maps.run_map", spied)
    run(_with_codes(settings, setting="inductive"))
    ((knowledge, graph, split, student, _, _), found) = seen[0]
    assert found.nodes == len(knowledge.node_ids) < graph.num_nodes
    assert list(found.columns)[:4] == ["class", "student", "student is", "teacher is"]
    assert list(found.columns)[-3:] == ["student's confidence", "role", "degree"]
    nodes = knowledge.node_ids.numpy()[found.rows]
    role = found.columns["role"].texts()
    assert set(nodes[role == "train"]) == set(split.train.tolist())
    assert "test, unseen" not in role
    answers = student.predict(graph.features)[nodes]
    assert found.columns["student"].texts().tolist() == [str(answer) for answer in answers]
    header, arrays = unpack(found.packed)
    assert arrays["degree"].sum() > 0
    code = int(knowledge["code"][0])
    assert header["codes"]["texts"][str(code)].startswith(f"Code {code} is: ")
    assert torch.equal(torch.as_tensor(np.sort(nodes)), knowledge.node_ids.sort().values)


def test_codes_of_hypergraphs_have_a_map_too(hypergraph_settings: dict[str, Any]) -> None:
    teacher = {"name": "vq", "codes": 8, "encoder": {"name": "hgnn", "hidden": 8, "epochs": 3}}
    result = run(RunConfig(**{**hypergraph_settings, "teacher": teacher, "method": "glnn", "seeds": 1}))
    assert (result.out / "map.html").is_file()
