"""The benchmark scripts: the runner resumes, files survive several writers."""

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core import source
from gnn2mlp.core.locks import locked
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import load_dataset
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import METHODS
from gnn2mlp.students import STUDENTS
from gnn2mlp.studies import ledger
from gnn2mlp.studies.versions import deciding_code
from tests.helpers import tiny_arrays

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
NAME = "a2020_glnn_tiny_transductive"


def script(name: str) -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module(name)


@pytest.fixture(scope="module")
def runner() -> Iterator[ModuleType]:
    yield from script("run_papers")


@pytest.fixture(scope="module")
def cost_codes() -> Iterator[ModuleType]:
    yield from script("cost_codes")


def seed_of(record: dict[str, Any]) -> int:
    return int(record["seed"])


@pytest.fixture(scope="module")
def spot_check() -> Iterator[ModuleType]:
    yield from script("spot_check")


def save_graph(path: Path, wrong: bool = False) -> Path:
    """60 nodes in an `.npz` file with roles of their own; with `wrong`, each test label is moved to the next class."""
    x, y, edges = tiny_arrays()
    masks = {f"{role}_mask": np.zeros(60, dtype=bool) for role in ("train", "val", "test")}
    for mask, ids in zip(masks.values(), (slice(0, 15), slice(15, 30), slice(30, 60)), strict=True):
        mask[ids] = True
    np.savez(path, x=x, y=np.where(masks["test_mask"], (y + wrong) % 3, y), edge_index=edges, **masks)
    return path


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    return {
        "dataset": str(save_graph(tmp_path / "tiny.npz")),
        "teacher": {"name": "gcn", "hidden": 8, "epochs": 8},
        "student": {"name": "mlp", "hidden": 8},
        "distill": {"epochs": 8},
        "seeds": 3,
        "device": "cpu",
    }


@pytest.fixture
def row(runner: ModuleType, config: dict[str, Any], tmp_path: Path) -> Any:
    return runner.Row(NAME, {"config": config}, tmp_path / "results")


def run_seed(runner: ModuleType, row: Any, seed: int, work: Path, latency: bool = False) -> Any:
    return runner.run_seed(row, seed, work, {"cache": work / "cache", "latency": latency})


def test_each_seed_adds_a_line_that_suffices(runner: ModuleType, row: Any, tmp_path: Path):
    assert runner.missing(row, row.config()) == [0, 1, 2]
    line = run_seed(runner, row, 1, tmp_path / "work")
    assert [json.loads(text) for text in row.path.read_text().splitlines()] == [line]
    assert runner.missing(row, row.config()) == [0, 2]
    assert (line["row"], line["seed"], line["split"]["train"]) == (NAME, 1, 15)
    assert line["config"] == row.config().identity()
    assert line["kept"]["student"].keys() == {"epoch", "valid"}
    assert not {"history", "reliability", "latency"} & line.keys()
    assert row.lines == [line]


def test_lines_of_another_configuration_are_made_anew(runner: ModuleType, row: Any, tmp_path: Path):
    run_seed(runner, row, 0, tmp_path / "work")
    changed = runner.Row(NAME, {"config": row.content["config"] | {"distill": {"epochs": 5}}}, row.results)
    assert runner.missing(changed, changed.config()) == [0, 1, 2]
    line = run_seed(runner, changed, 0, tmp_path / "work")
    assert changed.lines == [line]
    assert row.lines == []
    assert len(changed.path.read_text().splitlines()) == 1


def test_lines_of_other_code_are_made_anew(runner: ModuleType, row: Any, tmp_path: Path):
    line = run_seed(runner, row, 0, tmp_path / "work")
    assert line["code"] == deciding_code(row.config())
    assert runner.missing(row, row.config()) == [1, 2]
    row.path.write_text(json.dumps({**line, "code": "0123456789abcdef"}) + "\n")
    assert runner.missing(row, row.config()) == [0, 1, 2]
    assert len(row.lines) == 1  # it is still a line of this configuration, and the tables say by which code


def test_lines_that_do_not_tell_their_code_stand(runner: ModuleType, row: Any):
    row.path.parent.mkdir(parents=True)
    row.path.write_text(json.dumps({"row": NAME, "seed": 0, "config": row.config().identity()}) + "\n")
    assert runner.missing(row, row.config()) == [1, 2]


@pytest.mark.parametrize(
    ("module", "decides"),
    [
        ("gnn2mlp.teachers.gcn", True),
        ("gnn2mlp.teachers.gat", False),
        ("gnn2mlp.objectives.soft_labels", True),
        ("gnn2mlp.methods.krd", False),
        ("gnn2mlp.tasks.metrics", True),
        ("gnn2mlp.data.splits.own", True),
        ("gnn2mlp.data.splits.cpf", False),
        ("gnn2mlp.students.mlp", True),
        ("gnn2mlp.inputs.features", True),
        ("gnn2mlp.report.headline", False),
        ("gnn2mlp.cli.run", False),
    ],
)
def test_code_that_decides_a_row(row: Any, monkeypatch: pytest.MonkeyPatch, module: str, decides: bool):
    before = deciding_code(row.config())
    changed = source.locate(module)
    read = source.read_bytes
    monkeypatch.setattr(source, "read_bytes", lambda path: read(path) + b"\n" * (path == changed))
    source.forget_sources()
    after = deciding_code(row.config())
    monkeypatch.undo()
    source.forget_sources()
    assert (after != before) is decides
    assert deciding_code(row.config()) == before


def test_options_that_did_not_exist_yet_take_their_defaults(runner: ModuleType, row: Any, tmp_path: Path):
    line = run_seed(runner, row, 0, tmp_path / "work")
    older = {key: value for key, value in line["config"].items() if key != "export"}
    del older["distill"]["patience"]
    row.path.write_text(json.dumps({**line, "config": older}) + "\n")
    assert runner.missing(row, row.config()) == [1, 2]


def test_a_seed_that_another_process_runs_is_passed_over(runner: ModuleType, row: Any, tmp_path: Path):
    run_seed(runner, row, 0, tmp_path / "work")
    (folder,) = (tmp_path / "work" / NAME).glob("*/seed-000")
    with locked(folder.with_name("seed-000.cell")):
        assert run_seed(runner, row, 0, tmp_path / "work") is None


def test_another_initialisation_has_lines_of_its_own_and_tables_are_of_the_first(
    runner: ModuleType, row: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(runner, "rows", lambda *patterns, **where: [row])
    arguments = ["--work", str(tmp_path / "work"), "--seeds", "1", "--initialisations", "2"]
    assert runner.main(arguments) == 0
    lines = ledger.read(row.path)
    assert [(line["initialisation"], line["seed"]) for line in lines] == [(0, 0), (1, 0)]
    assert lines[0]["split"] == lines[1]["split"]
    assert row.lines == lines[:1]
    capsys.readouterr()
    runner.main([*arguments, "--list"])
    assert capsys.readouterr().out == f"{NAME}: complete\n{NAME}, initialisation 1: complete\n"


def test_latency_is_measured_with_the_first_seed(runner: ModuleType, row: Any, tmp_path: Path):
    run_seed(runner, row, 0, tmp_path / "work")
    assert runner.missing(row, row.config(), latency=True) == [0, 1, 2]
    assert run_seed(runner, row, 0, tmp_path / "work", latency=True)["latency"]["rows"]
    assert runner.missing(row, row.config(), latency=True) == [1, 2]


def test_the_runner_continues(
    runner: ModuleType, row: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    wrong = runner.Row("a2020_wrong_tiny_transductive", {"config": {"method": "gln"}}, row.results)
    monkeypatch.setattr(runner, "rows", lambda *patterns, **where: [wrong, row])
    arguments = ["--work", str(tmp_path / "work"), "--seeds", "2"]
    assert runner.main(arguments) == 1  # a row that cannot be run does not keep the others from it
    first = capsys.readouterr()
    assert "did you mean 'glnn'" in first.err
    assert first.out.count("seed") == 2
    runner.main(arguments)
    assert capsys.readouterr().out == ""
    runner.main([*arguments, "--list"])
    assert f"{NAME}: complete" in capsys.readouterr().out
    runner.main(["--list"])
    assert f"{NAME}: 1 of 3 missing" in capsys.readouterr().out


def test_a_spot_check_weighs_new_scores_against_the_lines(
    spot_check: ModuleType,
    runner: ModuleType,
    row: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    made = [run_seed(runner, row, seed, tmp_path / "work") for seed in (0, 1)]
    monkeypatch.setattr(spot_check, "rows", lambda *patterns: [runner.Row(NAME, row.content, row.results)])
    output = tmp_path / "found" / "spot_check.json"
    for shift, word, code in ((0.0, "no difference beyond chance", 0), (-0.1, "rose", 0), (0.1, "fell", 1)):
        for line in made:
            less = shift + 1e-9 * line["seed"]  # as differences that are equal tell nothing of chance
            ledger.put(row.path, {**line, "student": {"test": line["student"]["test"] + less}}, seed_of)
        before = row.path.read_text()
        assert spot_check.main(["--work", str(tmp_path / "work"), "--output", str(output)]) == code
        assert row.path.read_text() == before
        record = json.loads(output.read_text())[NAME]
        found = record["student"]["test"]
        assert found["corrected"]["difference"] == pytest.approx(-shift, abs=1e-6)
        assert found["after"] == pytest.approx(found["before"] - shift)
        assert record["teacher"]["test"]["plain"]["difference"] == 0
        assert found["plain"]["population"] == "initialisations"  # the file has a split of its own
        told = capsys.readouterr().out.splitlines()[-1]
        assert f"student test: {100 * found['before']:.2f} -> {100 * found['after']:.2f}" in told
        assert told.endswith(word)
        lines, after = spot_check.table(output).split("\n\n")
        assert lines.endswith(f" | {word} |")
        assert f"| student | test | 2 | {100 * found['before']:.2f} | {100 * found['after']:.2f} | " in lines
        assert after == f"After: {record['after']}."
    assert spot_check.table(tmp_path / "none.json").endswith("After: not run.")


def test_a_spot_check_of_a_row_without_lines_fails(
    spot_check: ModuleType,
    row: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(spot_check, "rows", lambda *patterns: [row])
    assert spot_check.main(["--output", str(tmp_path / "found.json")]) == 1
    assert "has no lines to compare with" in capsys.readouterr().err
    assert not (tmp_path / "found.json").exists()


def test_the_rows_of_the_spot_check_have_lines(spot_check: ModuleType):
    assert all(len(row.lines) >= 5 for row in spot_check.rows(*spot_check.ROWS))
    assert len(spot_check.rows(*spot_check.ROWS)) == len(spot_check.ROWS)


def test_the_two_sides_are_timed_in_turn(cost_codes: ModuleType):
    now, calls = [0.0], []

    def side(name: str, seconds: list[float]) -> Any:
        def call() -> None:
            calls.append(name)
            now[0] += seconds.pop(0)

        return call

    one, other = side("one", [9.0, 3.0, 4.0, 8.0]), side("other", [9.0, 2.0, 2.0, 2.0])
    found = cost_codes.in_turn(one, other, repeats=3, epochs=4, clock=lambda: now[0])
    assert calls == ["one", "other"] * 4
    # The first turn does not count. Medians 4 s and 2 s for four epochs.
    assert found == {"ratio": 2.0, "with_ms": 1000.0, "without_ms": 500.0, "ratios": [1.5, 2.0, 4.0], "epochs": 4}


def test_what_is_measured_anew_leaves_the_rest(cost_codes: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "cost_codes.json"
    monkeypatch.setattr(cost_codes, "MEASURES", {"a": lambda root, n: {"gib": n}, "b": lambda root, n: {"gib": -n}})
    cost_codes.measure(["a", "b"], None, 1, path)
    cost_codes.measure(["b"], None, 2, path)
    made = json.loads(path.read_text())
    assert {name: entry["gib"] for name, entry in made.items()} == {"a": 1, "b": -2}
    assert all(entry["environment"]["threads"] == torch.get_num_threads() for entry in made.values())


def test_codes_are_stored_as_indices_and_probabilities(cost_codes: ModuleType):
    # A node takes 8 bytes each for its id and its code, and 8 for each of its four codes; a codebook row 4 a number.
    payload = 100 * (8 + 8 + 4 * 8) + 50 * 2 * 4
    size = cost_codes.storage(None, 1, nodes=100, codes=50, dim=2, top=4)["gib"] * cost_codes.GIB
    assert payload < size < payload + 4096


def test_every_cost_has_its_line(cost_codes: ModuleType):
    for tables in script("tables"):
        assert tables.COSTS.keys() == cost_codes.MEASURES.keys()


@pytest.fixture(scope="module")
def latency() -> Iterator[ModuleType]:
    yield from script("latency_hypergraph")


def test_synthetic_hypergraphs_have_the_sizes_that_are_asked_for(latency: ModuleType):
    graph = latency.synthetic(3000)
    assert graph.num_nodes == graph.num_hyperedges == 3000
    size = graph.members.indptr.diff()
    assert size.float().mean() == pytest.approx(10, rel=0.05)  # a node drawn twice counts once
    assert latency.synthetic(3000).digest == graph.digest
    assert latency.synthetic(3000, seed=1).digest != graph.digest


def test_both_sides_get_the_same_requests_in_turn(latency: ModuleType, monkeypatch: pytest.MonkeyPatch):
    now, asked = [0.0], []
    monkeypatch.setattr(latency.time, "perf_counter", lambda: now[0])

    def side(name: str, seconds: float) -> Any:
        def answer(ids: torch.Tensor) -> None:
            asked.append((name, ids.tolist()))
            now[0] += seconds * len(asked)

        return answer

    requests = latency.draws(50, 2, repeats=3)
    found = latency.in_turn({"teacher": side("teacher", 0.008), "student": side("student", 0.001)}, requests, warmup=10)
    assert [name for name, _ in asked] == ["teacher", "student"] * 13
    assert all(one == other for (_, one), (_, other) in zip(asked[::2], asked[1::2], strict=True))
    # Request k takes the teacher 8 (2k - 1) ms, the student 2k: of numbers 11, 12 and 13 the middle one counts.
    assert found["teacher_ms"] == pytest.approx(8 * 23)
    assert found["student_ms"] == pytest.approx(24)
    assert found["ratio"] == pytest.approx(8 * 23 / 24)
    assert found["repeats"] == 3


def test_a_measured_hypergraph_says_what_was_measured(latency: ModuleType, tmp_path: Path):
    path = tmp_path / "latency.json"
    latency.main(["--nodes", "300", "--repeats", "2", "--out", str(path)])
    made = json.loads(path.read_text())
    (entry,) = made["hypergraphs"]
    assert [cell["nodes"] for cell in entry["requests"]] == [1, 10, 100]
    assert entry["graph"]["nodes"] == 300
    assert all(cell["teacher_ms"] > 0 < cell["student_ms"] for cell in [*entry["requests"], entry["everything"]])
    assert made["threads"] == 1


@pytest.fixture(scope="module")
def selection() -> Iterator[ModuleType]:
    yield from script("selection")


def test_the_half_that_judges_an_epoch_is_not_the_one_that_chooses_it(selection: ModuleType):
    right = torch.tensor([[1, 1, 0, 0], [0, 0, 1, 1]]).bool()  # each epoch is right on another half
    curve = selection.Curve(right, 1.0 - right.double())
    halves = iter([torch.tensor([0, 1, 2, 3])] * selection.HALVINGS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "randperm", lambda *_, **__: next(halves))
        found = selection.judged(selection.Rule(None), curve, split=0, patience=5)
    assert found == {"accuracy": 0.0, "nll": 1.0, "epoch": 1.5}


def test_every_rule_judges_curves_that_run_to_the_last_epoch(selection: ModuleType, tmp_path: Path, monkeypatch: Any):
    x, y, edges = tiny_arrays()
    np.savez(tmp_path / "tiny.npz", x=x, y=y, edge_index=edges)
    job = selection.Job(str(tmp_path / "tiny.npz"), "gcn", 0, 0)
    config = {"patience": 2, "epochs": 8}
    settings = {"dataset": job.dataset, "teacher": {"name": "gcn", "hidden": 8, **config}, "method": "krd"}
    loaded = RunConfig(**settings, distill=config).resolve(), load_dataset(job.dataset)
    monkeypatch.setattr(selection, "loaded", lambda *_: loaded)
    curves = selection.Trainer(job, None).curves()
    assert {len(curve.right) for kinds in curves.values() for curve in kinds.values()} == {8}
    result = tmp_path / "selection.json"
    for part in selection.PARTS:
        selection.measure(part, [job], None, result)
    made = json.loads(result.read_text())
    assert set(made["rules"]["/".join(map(str, job))]) == {"gcn", "glnn", "krd", "code"}
    assert selection.rules_table(result).count("\n") == 1 + 3 * len(selection.RULES)
    kept = {part: selection._made(result, part) for part in ("before", "after")}
    assert all(record["glnn"]["epochs"] <= 8 for records in kept.values() for record in records.values())


def test_spreads_of_splits_and_of_initialisations_are_told_apart(selection: ModuleType):
    # Means 11 and 21, whose std is 5; each split's scores are √2 apart.
    assert selection._components([[10.0, 12.0], [20.0, 22.0]]) == ["4", "16.00", "10.00", "5.00", "1.41"]
    assert selection._components([[10.0], [20.0]])[-1] == ""


@pytest.fixture
def students() -> Iterator[ModuleType]:
    yield from script("students")


def test_options_of_students_are_compared_on_the_same_splits(students: ModuleType):
    cell = {"dataset": "cpf-cora", "setting": "inductive", "teacher": "sage", "ratio": 5.0}
    scores = {"plain": (0.7, 0.8, 0.6), "wide": (0.72, 0.81, 0.63)}
    done = [
        {**cell, "option": name, "split": split, "digest": str(split), "unseen": score}
        for name, found in scores.items()
        for split, score in enumerate(found)
    ]
    plain, wide = students.table(done).splitlines()[2:]
    assert plain == "| cpf-cora unseen | sage | plain | 70.0 ± 10.0 |  |  |  |  |"
    assert "| +2.00 | -0.48 to +4.48 |" in wide  # 2 ± 4.303 · 1 / √3
    assert wide.endswith("| 3 of 3 |")
    low, high = re.search(r"\| (-\S+) to (\+\S+) \| 3 of 3", wide).groups()
    assert float(high) - float(low) == pytest.approx(2 * 4.3027 * (1 / 3 + 1) ** 0.5, abs=0.02)  # r = .2 · 5
    cells = [students.Cell("cpf-cora", "inductive", "sage", split) for split in (2, 3)]
    assert list(students.missing(done, cells, ["plain", "ema"])) == [(cells[0], ["ema"]), (cells[1], ["plain", "ema"])]


def test_every_option_of_students_can_be_built(students: ModuleType):
    for name, option in students.OPTIONS.items():
        given = dict(option.student)
        Spec(given.pop("name", "mlp"), **given).build(STUDENTS)
        Spec.parse(option.method).build(METHODS)
        Distiller(**option.distill)
        assert name == "plain" or option != students.OPTIONS["plain"]
