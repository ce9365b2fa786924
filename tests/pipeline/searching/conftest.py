"""A search that takes seconds: a tiny graph, one small teacher, few options."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gnn2mlp import RunConfig
from gnn2mlp.data import Observed, load_dataset
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.searching.clock import Clock
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from gnn2mlp.pipeline.searching.search import Search
from gnn2mlp.pipeline.searching.settings import Auto
from gnn2mlp.pipeline.searching.space import Choice, Space
from gnn2mlp.pipeline.views import training_view
from tests.pipeline.conftest import npz, settings

__all__ = ["npz", "settings"]

SPACE = {
    "teachers": {"gcn": [{"dropout": 0.0}]},
    "methods": {"glnn": {"hard_weight": [0.3, 0.5], "sharpen": [2.0]}},
    "students": {"mlp": {"hidden": [4, 8], "dropout": [0.0]}},
    "inputs": {"features": {}},
    "distill": {"lr": [0.05]},
    "left_out": {"inputs": ["standardise", "imputed_neighbours"], "students": ["averaged"], "methods": ["composed"]},
    "first": [{"method": {"name": "glnn", "hard_weight": 0.3}, "student": {"name": "mlp", "hidden": 8}}],
}


@pytest.fixture
def space_file(tmp_path: Path) -> str:
    path = tmp_path / "space.yaml"
    path.write_text(yaml.safe_dump(SPACE))
    return str(path)


@pytest.fixture
def job(settings: dict[str, Any], tmp_path: Path) -> Job:
    """Of a run of plain GLNN on one split, as a search begins with it."""
    config = RunConfig(**{**settings, "seeds": 1, "setting": "inductive"}).resolve()
    graph = load_dataset(config.dataset)
    import torch

    from gnn2mlp.core.progress import silent

    return Job(
        config, graph, tmp_path / "work", Store(tmp_path / "work"), torch.device("cpu"), lambda seed, stage: silent
    )


@pytest.fixture
def outer(job: Job) -> list[tuple[int, Observed]]:
    return [(0, training_view(job.graph, job.split(0)))]


@pytest.fixture
def rehearsals(job: Job, outer: list[tuple[int, Observed]]) -> Rehearsals:
    return Rehearsals(job, outer, "inductive", Clock())


def make_search(judges: Rehearsals, space_file: str, **options: Any) -> Search:
    """A search of small configurations."""
    auto = Auto(
        **{
            "trials": 5,
            "rehearsals": 2,
            "finalists": 2,
            "teachers": ["gcn"],
            "methods": ["glnn", "mlp"],
            "students": ["mlp"],
            "space": space_file,
            **options,
        }
    )
    job = judges.job
    teacher = {"hidden": 8, "epochs": 8}

    def make(choice: Choice) -> RunConfig:
        chosen = choice.teacher or job.config.teacher
        return job.config.model_copy(
            update={
                "teacher": chosen.override(**teacher),
                "method": choice.method,
                "student": choice.student.override(hidden=choice.student.options.get("hidden", 6)),
                "inputs": choice.inputs,
                "distill": {**job.config.distill, "epochs": 8, **choice.distill},
                "recipe": False,
            }
        ).resolve()

    return Search(judges, Space.of(job.graph, auto, job.config.teacher), make, auto)
