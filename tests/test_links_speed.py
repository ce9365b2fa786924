"""What requests of links are timed on, and what memory of distilling them is measured on."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

SPEED = Path(__file__).resolve().parents[1] / "benchmarks" / "speed"


@pytest.fixture(scope="module")
def script() -> Iterator[Any]:
    """Imports a script of the folder by its name."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in (SPEED.parent, SPEED):
            patch.syspath_prepend(folder)
        yield importlib.import_module


@pytest.fixture(scope="module")
def requests(script: Any) -> ModuleType:
    return script("links_requests")


@pytest.fixture(scope="module")
def top(script: Any) -> ModuleType:
    return script("links_top")


@pytest.fixture(scope="module")
def memory(script: Any) -> ModuleType:
    return script("links_memory")


@pytest.mark.parametrize("decoder", ["dot", "hadamard"])
def test_all_sides_answer_the_same_request(requests: ModuleType, decoder: str) -> None:
    graph = requests.graph_of(300, 4)
    teacher = requests.teacher_of(graph, decoder).pair_predictor(graph, "cpu")
    sides = requests.answers(teacher, requests.student_of(graph.num_features, decoder), graph)
    (ids,) = requests.drawn(300, 20, 1)
    found = {name: torch.as_tensor(answer(ids)).tolist() for name, answer in sides.items()}
    assert found["student_kept"] == found["student"] != found["teacher_kept"] == found["teacher"]
    assert all(len(best) == 10 and {*best} <= {*ids[1:].tolist()} for best in found.values())


def test_a_request_names_a_node_and_others(requests: ModuleType) -> None:
    first, second = requests.drawn(50, 20, 2)
    assert len(first) == len(first.unique()) == 21
    assert not first.equal(second)


def test_a_graph_is_measured_whole(requests: ModuleType) -> None:
    found = json.loads(json.dumps(requests.ask(nodes=300, degree=4, decoder="dot", asked=10, requests=2, pairs=50)))
    assert (found["degree"], found["decoder"]) == (4, "dot")
    assert 11 < found["reached"] <= 300
    beside = found["beside"]["student_kept"]
    assert len(beside["teacher"]["ratios"]) == 2
    assert beside["student_kept"]["ratio"] == 1
    assert set(found["pairs_per_s"]) == {"student", "teacher"}


@pytest.mark.parametrize("decoder", ["dot", "hadamard"])
def test_the_best_are_asked_for(top: ModuleType, decoder: str) -> None:
    exact, short = top.best(candidates=100, decoder=decoder, requests=2)
    assert exact["how"] == f"all scored, {decoder}"
    assert "recall" not in exact
    assert short["recall"] == 1  # a list of a thousand holds all


def test_each_size_grows_by_itself(memory: ModuleType) -> None:
    found = [tuple(case.values()) for case in memory.cases(10, 4, 2)]
    assert found == [(10, 4, 2), (20, 4, 2), (40, 4, 2), (10, 8, 2), (10, 16, 2), (10, 4, 4), (10, 4, 8)]


def test_a_case_is_distilled(memory: ModuleType) -> None:
    found = memory.distil(nodes=500, contexts=4, batch=100)
    assert found["peak_gib"] >= found["before_gib"] > 0
    assert (found["nodes"], found["contexts"], found["batch"]) == (500, 4, 100)


def test_all_scripts_write_what_the_page_reads(
    requests: ModuleType,
    top: ModuleType,
    memory: ModuleType,
    script: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(script("machine"), "fresh", lambda call, threads, **given: call(**given))
    asked = {"nodes": 300, "degrees": 4, "asked": 10, "requests": 2, "pairs": 50}
    best, grown = {"candidates": 100, "requests": 2}, {"nodes": 500, "contexts": 4, "batch": 250}
    for benchmark, sizes in ((requests, asked), (top, best), (memory, grown)):
        given = [word for name, size in sizes.items() for word in (f"--{name}", str(size))]
        benchmark.main(["--threads", "1", "--results", str(tmp_path), *given])
    text = script("links_page").page("How.", [], tmp_path)
    assert "| 300 nodes, 4 links a node, hadamard decoder, 1 thread | " in text
    assert "| 100 | short list, dot | " in text
    assert "| 2,000 | 4 | 250 | " in text
    assert "| 500 | 4 | 1,000 | " in text
