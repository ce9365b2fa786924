from typing import Any

import numpy as np
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.answers import POPULATIONS, answers_file, model_answers, node_codes
from gnn2mlp.pipeline.config import RunConfig as Config
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.seed import Seed, plan
from gnn2mlp.pipeline.stage import Origin


def _seed(settings: dict[str, Any], **more: Any) -> tuple[Any, Seed]:
    config: Config = RunConfig(**{**settings, "seeds": 1, **more}).resolve()
    with opened(config, config.folder(), lambda seed, stage: silent) as job:
        return job, plan(job, 0)


def _answers(job: Any, seed: Seed) -> dict[str, torch.Tensor]:
    given = {name: getattr(seed, name).value for name in ("teacher", "knowledge", "mlp", "student")}
    return model_answers(**given, observed=seed.observed, full=seed.full, execution=job.execution, device=job.device)


def test_errors_are_those_of_the_scores(settings: dict[str, Any]) -> None:
    job, seed = _seed(settings, setting="inductive")
    found, record = _answers(job, seed), seed.record.value
    for population in ("seen", "unseen"):
        rows = found["population"] == POPULATIONS.index(population)
        assert set(found["node"][rows].tolist()) == set(getattr(seed.split, population).tolist())
        for model in ("teacher", "mlp", "student"):
            right = 1 - found[f"errors/{model}"][rows].double().mean().item()
            assert np.isclose(right, record[model][population])
    assert (found["population"] == POPULATIONS.index("valid")).sum() == seed.split.valid.numel()
    assert found["confidence"].min() > 0


def test_what_is_kept_is_found_again(settings: dict[str, Any]) -> None:
    job, seed = _seed(settings)
    found = _answers(job, seed)
    storage = answers_file(job.folder / "answers.safetensors")
    storage.save(storage.path({}), found, Origin({"code": "x"}, {}, {}))
    again, _ = storage.load(storage.path({}))
    assert all((again[name] == found[name]).all() for name in found)


def test_codes_are_the_teachers_where_it_saw_a_node_and_the_students_elsewhere(settings: dict[str, Any]) -> None:
    teacher = {"name": "vq", "codes": 6, "encoder": {"name": "gcn", "hidden": 8, "epochs": 5}}
    job, seed = _seed(settings, setting="inductive", teacher=teacher, method="vqgraph")
    knowledge = seed.knowledge.value
    codes = node_codes(seed.student.value, knowledge, seed.full)
    assert (codes[knowledge.node_ids.numpy()] == knowledge["code"].numpy()).all()
    assert 0 <= codes.min() <= codes.max() < 6
    assert "code" in _answers(job, seed)
