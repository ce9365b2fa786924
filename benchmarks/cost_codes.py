"""What codes and reliability cost beside what they are added to; written to `results/cost_codes.json`.

    python benchmarks/cost_codes.py --data-root DATA               # all of it, some minutes
    python benchmarks/cost_codes.py --data-root DATA --only krd    # one; the others stay as they were

Epochs are counted in CPU time on one thread of one process, the two sides in turn; the figure is the median of the
ratios. Both sides include what comes before and beside their epochs: initial weights, k-means, validation. Memory is
the peak of a process of its own, with the loading of the graph in it. Settings are those of the rows in `papers/`.
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
from rows import HERE, rows

from gnn2mlp import RunConfig
from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Views, load_dataset
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
# Of the tokenizer whose memory is measured.
FEW = 3
Record = dict[str, Any]


def settings(name: str) -> RunConfig:
    """The resolved configuration of a row."""
    (row,) = rows(name)
    return row.config()


def observe(config: RunConfig, data_root: Path | None) -> Observed:
    """What training sees of the first split."""
    graph = load_dataset(config.dataset, data_root)
    return Views.of(
        graph, config.split.build(SPLITTERS).split(graph, 0, config.setting, config.unseen_fraction)
    ).observed


def in_turn(
    one: Callable[[], object],
    other: Callable[[], object],
    repeats: int,
    epochs: int = EPOCHS,
    clock: Callable[[], float] = time.process_time,
) -> Record:
    """Milliseconds an epoch of each side, medians, and the ratios one / other of each turn with their median.

    Args:
        one: trains `epochs` epochs.
        other: the side that it is compared with, as long.
        repeats: turns that count, after one that does not.
        epochs: of a call.
        clock: in seconds.
    """
    turns = [(_spent(one, clock), _spent(other, clock)) for _ in range(repeats + 1)][1:]
    ratios = [a / b for a, b in turns]
    with_ms, without_ms = (1e3 * median(side) / epochs for side in zip(*turns, strict=True))
    return {"ratio": median(ratios), "with_ms": with_ms, "without_ms": without_ms, "ratios": ratios, "epochs": epochs}


def _spent(call: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    call()
    return clock() - start


def krd(data_root: Path | None, repeats: int) -> Record:
    """An epoch of KRD, sampling and fitting α from the start, against one of GLNN: same student, same knowledge."""
    config, plain = (settings(f"{name}_cpf-cora_transductive") for name in ("wu2023_krd", "zhang2022_glnn-gcn"))
    observed = observe(config, data_root)
    teacher = config.teacher.build(TEACHERS)
    teacher.fit(observed)
    knowledge = teacher.export(observed, {"logits", "entropy_shift"})
    distiller = Distiller(**{**config.distill, "epochs": EPOCHS, "patience": EPOCHS})
    student = config.student.build(STUDENTS)

    def fit(method: Spec) -> Callable[[], object]:
        return lambda: distiller.fit(student, method.build(METHODS).build_objective(), observed, knowledge)

    found = in_turn(fit(config.method.override(warmup=0)), fit(plain.method), repeats)
    return {"on": "cpf-cora", **found, "config": config.identity()}


def tokenizer(data_root: Path | None, repeats: int, encoder: str | None = None) -> Record:
    """An epoch of cpf-cora's tokenizer against one of its encoder alone; by default around the encoder of its row."""
    config = settings("yang2024_vqgraph_cpf-cora_transductive")
    if encoder:
        teacher = config.teacher.override(encoder=encoder)
        config = RunConfig(dataset=config.dataset, teacher=teacher, method=config.method).resolve()
    observed = observe(config, data_root)
    inner = Spec.parse(config.teacher.options["encoder"]).override(epochs=EPOCHS, patience=EPOCHS)

    def fit(teacher: Spec) -> Callable[[], object]:
        return lambda: teacher.build(TEACHERS).fit(observed)

    found = in_turn(fit(config.teacher.override(encoder=inner.to_dict())), fit(inner), repeats)
    on = f"{inner.name} without codes, cpf-cora, {config.teacher.options['codes']} codes"
    return {"on": on, **found, "config": config.identity()}


def memory(data_root: Path | None, repeats: int) -> Record:
    """What `train_physics` finds in a process of its own, whose peak nothing else adds to."""
    arguments = ["--data-root", str(data_root)] if data_root else []
    command = [sys.executable, __file__, "--inside", *arguments]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    record: Record = json.loads(told.splitlines()[-1])
    return record


def train_physics(data_root: Path | None) -> Record:
    """Peak memory of this process after a few epochs of coauthor-physics' tokenizer and all that it writes down."""
    config = settings("yang2024_vqgraph_coauthor-physics_transductive")
    observed = observe(config, data_root)
    encoder = Spec.parse(config.teacher.options["encoder"]).override(epochs=FEW)
    teacher = config.teacher.override(encoder=encoder.to_dict()).build(TEACHERS)
    seconds = _spent(lambda: teacher.fit(observed), time.process_time)
    teacher.export(observed, teacher.provides)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts it in KiB
    on = f"{encoder.name}, coauthor-physics, {config.teacher.options['codes']} codes"
    return {"on": on, "gib": peak / GIB, "epoch_s": seconds / FEW, "epochs": FEW, "config": config.identity()}


def storage(
    data_root: Path | None, repeats: int, nodes: int = 169_343, codes: int = 32_768, dim: int = 256, top: int = 32
) -> Record:
    """Size of a file with the codes of ogbn-arxiv's nodes, random ones, which do not depend on any data."""
    random = torch.Generator().manual_seed(0)
    indices = torch.randint(codes, (nodes, top), generator=random, dtype=torch.int32)
    probabilities = torch.randn(nodes, top, generator=random).softmax(-1)
    values = {
        "codebook": torch.randn(codes, dim, generator=random),
        "code": indices[:, 0].long(),
        "code_indices": indices,
        "code_probabilities": probabilities.sort(dim=1, descending=True).values,
        "code_temperature": torch.tensor(1.0),
        "code_unit_length": torch.tensor(False),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "knowledge.safetensors"
        TeacherKnowledge(torch.arange(nodes), values).save(path)
        size = path.stat().st_size
    return {"on": f"{top} of {codes:,} codes (width {dim}) for each of {nodes:,} nodes", "gib": size / GIB}


# Names are those of the table; each is called with the folder of raw data and the number of repeats.
MEASURES: dict[str, Callable[[Path | None, int], Record]] = {
    "krd": krd,
    "tokenizer": tokenizer,
    "tokenizer_gcn": lambda data_root, repeats: tokenizer(data_root, repeats, "gcn"),
    "memory": memory,
    "storage": storage,
}


def measure(names: list[str], data_root: Path | None, repeats: int, result: Path = RESULT) -> None:
    """Measure `names` one after the other; each is written once it is done, and what else is there stays."""
    for name in names:
        record = {**MEASURES[name](data_root, repeats), "environment": environment(torch.device("cpu"))}
        kept = json.loads(result.read_text()) if result.exists() else {}
        write_json(result, {**kept, name: record})
        print(json.dumps({name: {k: v for k, v in record.items() if k not in ("config", "environment")}}), flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA, else downloads")
    parser.add_argument("--repeats", type=int, default=7, help="turns that are timed, after one that is not")
    parser.add_argument("--only", action="append", choices=list(MEASURES), help="leave the others as they were")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if options.inside:
        print(json.dumps(train_physics(options.data_root)))
    else:
        measure(options.only or list(MEASURES), options.data_root, options.repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
