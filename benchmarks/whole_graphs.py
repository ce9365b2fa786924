"""Whole graphs: GIN, Graph MLP-Mixer and Graph ViT, and what a student that reads no edge keeps of each.

    python benchmarks/whole_graphs.py board --data-root DATA [--datasets NAME ...] [--rows NAME ...] [--splits 10]
    python benchmarks/whole_graphs.py epoch --data-root DATA [--datasets NAME ...]      # CPU seconds of an epoch
    python benchmarks/whole_graphs.py request --data-root DATA [--datasets NAME ...]    # CPU milliseconds of a request
    python benchmarks/whole_graphs.py --table                                       # writes GRAPHS.md from the results

Every split has three teachers and a `set_mlp` distilled from each by GLNN, half from labels and half from soft ones,
beside the same network on labels alone, the size of a graph and a bag of its nodes. Sets of TU Dortmund are cut into
ten stratified folds, of which a split tests one and validates on the next; OGB's molecules have their scaffold split,
so that their seeds draw weights alone. Settings are the defaults of the package but for the numbers of epochs in
`EPOCHS`, which are those of all three teachers and let a split take minutes on one core. The metric of the data set on
validation graphs chooses the epoch; test graphs are scored once. A line that is there is not made again.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

import graphs_page
import torch
from figures import renew
from torch import Tensor

from gnn2mlp import RunConfig
from gnn2mlp.core.environment import environment
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graphs import GraphSet, GraphViews, load_graph_set, resolve_graph_dataset, split_graphs
from gnn2mlp.deploy import GraphPredictor, OnnxGraphPredictor
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.distill.graphs import answered
from gnn2mlp.evaluate import GRAPH_BASELINES
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, GraphLevelTeacher

RESULTS = graphs_page.RESULTS
PAGE = Path(__file__).parent / "GRAPHS.md"
SCRIPT = "benchmarks/whole_graphs.py --table"
# Epochs of teachers, at most.
EPOCHS = {
    "mutag": 60,
    "ptc-mr": 40,
    "enzymes": 60,
    "imdb-binary": 25,
    "ogbg-molbace": 20,
    "ogbg-molbbbp": 20,
    "nci1": 15,
    "nci109": 15,
    "dd": 10,
    "ogbg-molhiv": 5,
}
TEACHERS_OF_GRAPHS = ("gin", "mixer", "vit")
ROWS = ("baselines", "plain", *TEACHERS_OF_GRAPHS)
# Epochs of a timed training, and timed trainings; how many requests for so many graphs.
TIMED_EPOCHS, TIMES = 2, 2
REQUESTS, TURN = {1: 200, 10: 100, 100: 20, 1_000: 10}, 10
Line = dict[str, Any]


@cache
def graphs_of(name: str, data_root: Path | None) -> GraphSet:
    """A data set."""
    return load_graph_set(name, data_root)


@cache
def views(name: str, seed: int, data_root: Path | None) -> GraphViews:
    """Views of a data set under its own split scheme."""
    graphs = graphs_of(name, data_root)
    return GraphViews.of(graphs, split_graphs(graphs, resolve_graph_dataset(name).default_split(), seed))


def settings(name: str, teacher: str = "gin", **options: Any) -> RunConfig:
    """What `gnn2mlp run --task graph` takes."""
    given = {"name": teacher, "epochs": EPOCHS[name], **options}
    return RunConfig(task="graph", dataset=name, teacher=given, method="glnn", seeds=[0]).resolve()


def teacher_of(config: RunConfig) -> GraphLevelTeacher:
    """The untrained teacher."""
    made = config.teacher.build(TEACHERS)
    assert isinstance(made, GraphLevelTeacher), "of whole graphs"
    return made


def scored(said: Tensor, found: GraphViews) -> dict[str, float]:
    """Accuracy, where the task has it, and ROC-AUC, where it is defined, on the test graphs."""
    test = found.full.split.test
    scores = found.full.graphs.task.scores(said, found.full.labels[test])
    return {key: scores[key] for key in ("accuracy", "roc_auc") if scores.get(key) == scores.get(key) and key in scores}


def distilled(config: RunConfig, found: GraphViews, taught: TeacherKnowledge | None, seed: int) -> Tensor:
    """What a trained student says of the test graphs; without a teacher it learnt from labels alone."""
    learner = Learner(Distiller(**config.distill), config.student.build(STUDENTS), found.observed, taught, seed=seed)
    method = METHODS.get("mlp")() if taught is None else config.method.build(METHODS)
    result = method.learn(learner)
    return answered(result.module, found.full.graphs, found.full.split.test).logits


def baselines_line(name: str, seed: int, data_root: Path | None) -> Line:
    """What reads next to nothing."""
    found = views(name, seed, data_root)
    test = found.full.graphs.take(found.full.split.test)
    return {"models": {row: scored(fit(found.observed, seed)(test), found) for row, fit in GRAPH_BASELINES.items()}}


def plain_line(name: str, seed: int, data_root: Path | None) -> Line:
    """A student on labels alone."""
    found = views(name, seed, data_root)
    return {"models": {"set_mlp": scored(distilled(settings(name), found, None, seed), found)}}


def taught_line(name: str, seed: int, teacher: str, data_root: Path | None) -> Line:
    """A teacher, and the student distilled from it."""
    found, config = views(name, seed, data_root), settings(name, teacher)
    made = teacher_of(config)
    begun = time.process_time()
    history = made.fit(found.observed, seed=seed)
    seconds = time.process_time() - begun
    said = made.predict(found.full.graphs.take(found.full.split.test))
    student = distilled(config, found, made.export(found.observed), seed)
    models = {teacher: scored(said, found), f"set_mlp from {teacher}": scored(student, found)}
    return {"models": models, "epochs": len(history.loss), "cpu_seconds": seconds, "options": dict(made.spec().options)}


def epoch_seconds(name: str, teacher: str, data_root: Path | None) -> float:
    """CPU seconds of a few epochs of training and validation, what is done once among them."""
    found = views(name, 0, data_root)
    made = teacher_of(settings(name, teacher, epochs=TIMED_EPOCHS))
    begun = time.process_time()
    made.fit(found.observed)
    return (time.process_time() - begun) / TIMED_EPOCHS


def epoch_line(name: str, teacher: str, data_root: Path | None) -> Line:
    """Seconds of an epoch."""
    graphs = graphs_of(name, data_root)
    epochs = [epoch_seconds(name, teacher, data_root) for _ in range(TIMES)]
    return {"epoch_cpu_seconds": epochs, "nodes_per_graph": graphs.num_nodes / graphs.num_graphs}


def request_line(name: str, teacher: str, data_root: Path | None) -> Line:
    """CPU milliseconds of requests, the teacher's and its student's in turn, each by what a user calls.

    In turns of ten, as `gnn2mlp.evaluate.latency` has them: a single one would find the caches full of another model.
    """
    found, config = views(name, 0, data_root), settings(name, teacher, epochs=1)
    made, graphs = teacher_of(config), found.full.graphs
    made.fit(found.observed)
    learner = Learner(Distiller(epochs=1), config.student.build(STUDENTS), found.observed, made.export(found.observed))
    result = METHODS.get("glnn")().learn(learner)
    student = GraphPredictor(learner.student, result.module, NodeFields.of(graphs), graphs.task.answers)
    sides: dict[str, Callable[[GraphSet], object]] = {"teacher": made.predict, "student": student.outputs}
    with tempfile.TemporaryDirectory() as folder:
        sides["onnx"] = OnnxGraphPredictor.load(student.to_onnx(folder)).outputs
    random, sizes = generator(0, "requests"), {}
    for size, rounds in REQUESTS.items():
        spent: dict[str, list[float]] = {side: [] for side in sides}
        for number in range(1 + rounds // TURN):
            chosen = torch.randint(graphs.num_graphs, (TURN, size), generator=random)
            asked = [graphs.take(ids) for ids in chosen]
            for side, answer in sides.items():
                found = [_milliseconds(answer, one) for one in asked]
                spent[side] += found if number else []  # the first turn is a warm-up
        sizes[str(size)] = {side: median(each) for side, each in spent.items()}
    return {"cpu_milliseconds": sizes, "nodes_per_graph": graphs.num_nodes / graphs.num_graphs}


def _milliseconds(answer: Callable[[GraphSet], object], asked: GraphSet) -> float:
    begun = time.process_time()
    answer(asked)
    return 1_000 * (time.process_time() - begun)


COSTS: Mapping[str, Callable[[str, str, Path | None], Line]] = {"epoch": epoch_line, "request": request_line}


def wanted(kind: str, options: argparse.Namespace) -> Iterator[tuple[Line, Callable[[], Line]]]:
    """What tells each line from others, and the function that makes it."""
    if kind in COSTS:
        for name in options.datasets or ["nci1"]:
            for teacher in TEACHERS_OF_GRAPHS:
                key = {"kind": kind, "dataset": name, "row": teacher}
                yield key, partial(COSTS[kind], name, teacher, options.data_root)
        return
    rows: Mapping[str, Callable[..., Line]] = {
        "baselines": baselines_line,
        "plain": plain_line,
        **{teacher: partial(taught_line, teacher=teacher) for teacher in TEACHERS_OF_GRAPHS},
    }
    for seed in range(options.splits):
        for name in options.datasets or list(EPOCHS)[:-2]:
            for row in options.rows:
                key = {"kind": kind, "dataset": name, "seed": seed, "row": row}
                yield key, partial(rows[row], name=name, seed=seed, data_root=options.data_root)


def measure(kind: str, options: argparse.Namespace) -> None:
    """Make the lines that are missing."""
    torch.set_num_threads(1)
    for key, make in wanted(kind, options):
        if key in [{name: value for name, value in line.items() if name in _KEY} for line in read()]:
            continue
        line = {**key, **make(), "environment": environment(torch.device("cpu"))}
        if kind == "board":
            split = views(key["dataset"], key["seed"], options.data_root).full.split
            sizes = {"train": split.train.numel(), "valid": split.valid.numel(), "test": split.test.numel()}
            line["split"] = {"digest": split.digest, **sizes}
        with RESULTS.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(
            *key.values(), {key: value for key, value in line.items() if key not in ("environment", *_KEY)}, flush=True
        )


_KEY = ("kind", "dataset", "seed", "row")


def read() -> list[Line]:
    """The lines that there are."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []


def page(lines: Sequence[Line]) -> str:
    """GRAPHS.md."""
    assert __doc__ is not None
    return graphs_page.page(__doc__.split("\n\n", 2)[2].strip(), lines, EPOCHS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", choices=("board", *COSTS), help="what is measured")
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--datasets", nargs="+", choices=tuple(EPOCHS), help="which data sets")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=ROWS, help="which rows of a split")
    parser.add_argument("--splits", type=int, default=10, help="how many splits of each")
    parser.add_argument("--table", action="store_true", help="write the page of what was run")
    parser.add_argument("--check", action="store_true", help="with --table: only say whether it is up to date")
    options = parser.parse_args(arguments)
    if options.table:
        return renew(PAGE, page(read()), options.check, SCRIPT)
    if options.kind is None:
        parser.error("expected board, epoch, request or --table")
    measure(options.kind, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
