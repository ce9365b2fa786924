import pytest

from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.records import score_all, summarise_links


def record(auc: float, **more: float) -> dict:
    populations = {"overall": {"auc": auc, **more}}
    models = ("teacher", "heuristic", "mlp", "student")
    return {
        **{model: {"overall": auc} for model in models},
        "scores": dict.fromkeys(models, populations),
        "heuristics": {"cn": populations},
        "agreement": {"overall": 0.5},
        "seconds": {"teacher": auc, "student": 1.0},
    }


def test_means_are_over_seeds_and_of_what_every_seed_has() -> None:
    summary = summarise_links([record(0.6, mrr=0.1), record(0.8)])
    assert summary["student"]["overall"]["mean"] == pytest.approx(0.7)
    assert summary["student"]["overall"]["std"] == pytest.approx(0.1)
    assert set(summary["scores"]["teacher"]["overall"]) == {"auc"}
    assert summary["heuristics"]["cn"]["overall"]["auc"]["mean"] == pytest.approx(0.7)
    assert summary["agreement"]["overall"] == {"mean": 0.5, "std": 0.0}
    assert set(summary["seconds"]) == {"teacher", "student"}


def test_records_are_kept_and_knowledge_lies_in_the_folder(link_job: Job) -> None:
    (first,) = score_all(link_job, [0])
    (again,) = score_all(link_job, [0])
    assert first.record == again.record
    assert first.origin.identity == again.origin.identity
    assert (link_job.folder / "knowledge" / "seed-000.safetensors").exists()
    assert first.student.value.module.training is False
