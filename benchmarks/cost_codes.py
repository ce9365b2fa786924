"""What codes and reliability cost beside what they are added to; written to `results/cost_codes.json`.

    python benchmarks/cost_codes.py --data-root DATA

Epochs are timed in one process on one thread, the two sides in turn; the figure is the median ratio. Memory is the peak
of a process of its own. Settings are those of the rows in `papers/`.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch
from rows import HERE, Row, rows

from gnn2mlp import RunConfig
from gnn2mlp.core.artefact import write_json
from gnn2mlp.core.environment import environment
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Task, load_dataset
from gnn2mlp.data.view import Observed
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

RESULT = HERE / "results" / "cost_codes.json"
GIB = 2**30
# Of each side; enough for the tokenizer's start, a few iterations of k-means, to be a small part.
EPOCHS = 60


def settings(name: str) -> RunConfig:
    """The resolved configuration of a row."""
    (row,) = rows(name)
    assert isinstance(row, Row)
    return row.config()


def observe(config: RunConfig, data_root: Path | None) -> Observed:
    """What training sees of the first split."""
    assert config.split is not None
    graph = load_dataset(config.dataset, data_root)
    return Task(graph, config.split.build(SPLITTERS).split(graph, 0, config.setting, config.unseen_fraction)).observed


def in_turn(one: Callable[[], object], other: Callable[[], object], repeats: int) -> dict[str, float]:
    """Milliseconds an epoch of each side, and the median of the ratios one / other; each call is `EPOCHS` epochs."""
    times: list[tuple[float, float]] = []
    for _ in range(repeats + 1):
        pair = []
        for side in (one, other):
            start = time.process_time()
            side()
            pair.append((time.process_time() - start) / EPOCHS * 1e3)
        times.append((pair[0], pair[1]))
    kept = times[1:]  # the first is a warm-up
    return {
        "with_ms": median(a for a, _ in kept),
        "without_ms": median(b for _, b in kept),
        "ratio": median(a / b for a, b in kept),
    }


def krd_epoch(data_root: Path | None, repeats: int) -> dict[str, float]:
    """An epoch of KRD, sampling and fitting α from the start, against one of GLNN: same student, same knowledge."""
    config = settings("wu2023_krd_cpf-cora_transductive")
    observed = observe(config, data_root)
    teacher = config.teacher.build(TEACHERS)
    teacher.fit(observed)
    knowledge = teacher.export(observed, {"logits", "entropy_shift"})
    distiller = Distiller(**{**config.distill, "epochs": EPOCHS, "patience": EPOCHS})
    student = config.student.build(STUDENTS)

    def fit(method: Spec) -> Callable[[], object]:
        return lambda: distiller.fit(student, method.build(METHODS).build_objective(), observed, knowledge)

    return in_turn(fit(config.method.override(warmup=0)), fit(Spec("glnn")), repeats)


def tokenizer_epoch(data_root: Path | None, repeats: int, encoder: str) -> dict[str, float]:
    """An epoch of the tokenizer, its start included, against one of its encoder alone; validation is part of both."""
    config = RunConfig(dataset="cpf-cora", teacher=Spec("vq", encoder=encoder, codes=512), method="vqgraph").resolve()
    observed = observe(config, data_root)
    spec = Spec.parse(config.teacher.options["encoder"]).override(epochs=EPOCHS, patience=EPOCHS)

    def fit(teacher: Spec) -> Callable[[], object]:
        return lambda: teacher.build(TEACHERS).fit(observed)

    return in_turn(fit(config.teacher.override(encoder=spec.to_dict())), fit(spec), repeats)


def tokenizer_memory(data_root: Path | None) -> dict[str, float]:
    """Peak memory of a process that trains coauthor-physics' tokenizer for three epochs and writes down its codes."""
    found = subprocess.run(
        [sys.executable, __file__, "--inside", "memory", *(["--data-root", str(data_root)] if data_root else [])],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    measured: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return measured


def _memory(data_root: Path | None) -> dict[str, float]:
    config = settings("yang2024_vqgraph_coauthor-physics_transductive")
    observed = observe(config, data_root)
    encoder = Spec.parse(config.teacher.options["encoder"]).override(epochs=3)
    teacher = config.teacher.override(encoder=encoder.to_dict()).build(TEACHERS)
    start = time.perf_counter()
    teacher.fit(observed)
    seconds = time.perf_counter() - start
    teacher.export(observed, teacher.provides - {"entropy_shift"})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"gib": peak / GIB, "epoch_s": seconds / 3}


def storage(nodes: int = 169_343, codes: int = 32_768, dim: int = 256, top: int = 32) -> dict[str, float]:
    """Size of a file with the codes of ogbn-arxiv's nodes, random ones."""
    random = torch.Generator().manual_seed(0)
    assignment = torch.randn(nodes, top, generator=random).softmax(-1).sort(dim=1, descending=True).values
    indices = torch.randint(codes, (nodes, top), generator=random, dtype=torch.int32)
    values = {
        "codebook": torch.randn(codes, dim, generator=random),
        "code": indices[:, 0].long(),
        "code_indices": indices,
        "code_probabilities": assignment,
        "code_temperature": torch.tensor(1.0),
        "code_unit_length": torch.tensor(False),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "knowledge.safetensors"
        TeacherKnowledge(torch.arange(nodes), values).save(path)
        return {"gib": path.stat().st_size / GIB}


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA, else downloads")
    parser.add_argument("--repeats", type=int, default=7, help="pairs that are timed, after one that is not")
    parser.add_argument("--inside", choices=["memory"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.inside:
        print(json.dumps(_memory(options.data_root)))
        return 0
    made: dict[str, Any] = {
        "krd_epoch": krd_epoch(options.data_root, options.repeats),
        **{f"vq_{e}_epoch": tokenizer_epoch(options.data_root, options.repeats, e) for e in ("gcn", "gat")},
        "physics": tokenizer_memory(options.data_root),
        "storage": storage(),
        "epochs": EPOCHS,
        "repeats": options.repeats,
        "environment": environment(torch.device("cpu")),
    }
    write_json(RESULT, made)
    print(json.dumps(made, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
