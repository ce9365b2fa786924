"""How far students can be trusted: calibration, promises of sets, foreign rows, cascades, scores of answers.

    python benchmarks/production/trust.py --data-root DATA [--seeds 5] [--work FOLDER]    # some minutes on one thread
    python benchmarks/production/trust.py --table

Each row of the leaderboard below is trained as it stands there. Everything is fitted to validation nodes (temperature,
thresholds of sets and of the cascade, the best score) and read once from test nodes. `pooled` is the calibration error
of the nodes of all seeds together, to which chance adds less than to that of one. Requests for one node are timed at
the first seed; there too the rarest class is left out of the graph, and teacher and student are trained once more.
"""

import argparse
import sys
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from rows import rows

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.progress import silent
from gnn2mlp.distill import Distiller
from gnn2mlp.evaluate import expected_calibration_error
from gnn2mlp.evaluate.latency import compare
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import gather
from gnn2mlp.pipeline.backends import student_input, torch_backends
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.left_out import left_out
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.scoring import student_logits, teacher_logits
from gnn2mlp.pipeline.seed import Seed, plan
from gnn2mlp.pipeline.trust_figures import trust_figures
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, Export

RESULTS = Path(__file__).parent.parent / "results" / "trust.json"
ROWS = (
    "zhang2022_glnn_cpf-cora_inductive",
    "wu2023_krd_cpf-cora_inductive",
    "yang2024_vqgraph_cpf-cora_inductive",
    "feng2024_light-hgnn_coauthorship-cora_inductive",
    "feng2024_light-hgnn-plus_dblp4k-paper_inductive",
)
# Curves and bins, which are for pictures.
_LEFT_OUT = ("diagrams", "curve", "score", "accuracy", "count")


def measured(name: str, seeds: int, data: Path, work: Path) -> dict[str, Any]:
    """Everything about one row."""
    found = next(row for row in rows() if row.name == name)
    config = found.config(data_root=data, seeds=seeds, latency=False).model_copy(update={"out": work / name}).resolve()
    assert config.out is not None
    with opened(config, config.out, lambda seed, stage: silent, {"logits", "entropy_shift"}) as job:
        planned = [plan(job, number) for number in config.seeds]
        times = latency(planned[0], job)
        figures = [figures_of(seed, job, times) for seed in planned]
        return {
            "environment": dict(job.environment),
            "latency_ms": times,
            "left_out": foreign(planned[0], job, config),
            "pooled": {name: pooled(planned, figures, name) for name in ("seen", "unseen")},
            "seeds": [without(one, _LEFT_OUT) for one in figures],
        }


def figures_of(seed: Seed, job: Job, times: dict[str, float]) -> dict[str, Any]:
    """The figures of one seed."""
    taught = teacher_logits(seed.teacher.value, seed.knowledge.value, seed.full, job.device)
    return trust_figures(seed.student.value, seed.full, seed.knowledge.value, taught, times)


def latency(seed: Seed, job: Job) -> dict[str, float]:
    """Median milliseconds of a request for one node, of student and teacher."""
    student, graph = seed.student.value, seed.full.graph
    rows_of_all = student_input(student, graph)
    answer = torch_backends(student, job.device, not isinstance(rows_of_all, torch.Tensor))["student"]
    answers: dict[str, Any] = {"student": lambda ids: answer(gather(rows_of_all, ids)).softmax(-1)}
    if (teacher := seed.teacher.value.neighbourhood_predictor(graph, job.device)) is not None:
        answers["teacher"] = teacher
    timed = compare(answers, graph.num_nodes, job.device, nodes=(1,))
    return {one["model"]: one["median_ms"] for one in timed}


def foreign(seed: Seed, job: Job, config: RunConfig) -> dict[str, Any] | None:
    """The AUROC of outlier scores on the rarest class; `None` where none can be left out."""
    parts = config.teacher.build(TEACHERS), config.method.build(METHODS), config.student.build(STUDENTS)
    more = config.inputs.build(INPUTS), Distiller(**config.distill), Export(**config.export)
    try:
        return left_out(job.graph, seed.split, *parts, *more, seed=seed.number)._asdict()
    except ConfigError as error:
        print(error)
        return None


def pooled(planned: list[Seed], figures: list[dict[str, Any]], population: str) -> dict[str, float]:
    """Calibration error of the nodes of all seeds, before and after scaling."""
    logits, labels, temperatures = [], [], []
    for seed, one in zip(planned, figures, strict=True):
        ids = getattr(seed.split, population)
        logits.append(student_logits(seed.student.value, seed.full)[ids].double())
        labels.append(seed.full.labels[ids])
        temperatures.append(one["calibration"]["temperature"])
    scaled = [z / t for z, t in zip(logits, temperatures, strict=True)]
    truth = torch.cat(labels)
    return {
        "before": expected_calibration_error(torch.cat(logits), truth),
        "after": expected_calibration_error(torch.cat(scaled), truth),
    }


def without(value: Any, keys: tuple[str, ...]) -> Any:
    """The same without these keys where they hold lists."""
    if not isinstance(value, dict):
        return value
    return {k: without(v, keys) for k, v in value.items() if not (k in keys and isinstance(v, dict | list))}


def table(results: dict[str, Any]) -> str:
    """Means over seeds as Markdown."""
    head = "| row | population | accuracy | ECE before | after | pooled | chance | 90% sets | classes |"
    lines = [head, "|---" * 9 + "|"]
    for name, row in results.items():
        for population, pool in row["pooled"].items():
            by = [seed["calibration"]["by"][population] for seed in row["seeds"]]
            sets = [seed["coverage"]["0.9"][population] for seed in row["seeds"]]
            means = [f"{100 * fmean(one[key] for one in by):.1f}" for key in ("accuracy", "before", "after")]
            more = [f"{100 * pool['after']:.1f}", f"{100 * fmean(one['by_chance'] for one in by):.1f}"]
            kept = [one["measured"] for one in sets]
            cells = [name, population, *means, *more, f"{100 * fmean(kept):.1f} ± {100 * pstdev(kept):.1f}"]
            lines.append("| " + " | ".join([*cells, f"{fmean(one['size'] for one in sets):.2f}"]) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure what was asked for, and write each row as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=Path("runs/trust"))
    parser.add_argument("--rows", nargs="*", default=ROWS)
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    results: dict[str, Any] = read_json(RESULTS) if RESULTS.exists() else {}
    for name in () if options.table else options.rows:
        results[name] = measured(name, options.seeds, options.data_root, options.work)
        write_json(RESULTS, results)
    print(table(results))


if __name__ == "__main__":
    main()
