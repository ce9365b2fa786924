"""The page and the tables of a certificate, from real evidence of made-up outputs."""

from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp.evaluate import RowGroups, judge_unlearning, unlearning_record
from gnn2mlp.report.unlearn_report import (
    files_grid,
    names_told,
    unlearn_grids,
    unlearn_headline,
    write_unlearn_report,
)
from gnn2mlp.tasks.classification import NodeClassification

TASK = NodeClassification(["a", "b", "c"])
LABELS = RowGroups(*(torch.arange(60) % 3 for _ in range(3)))


def record(seed: int, reference: bool = True) -> dict[str, Any]:
    random = torch.Generator().manual_seed(seed)
    anew = RowGroups(*(torch.randn(60, 3, generator=random) for _ in range(3)))
    blank = anew._replace(forgotten=0.01 * anew.forgotten)
    before = anew._replace(forgotten=3 * anew.forgotten)
    return unlearning_record(before, blank, LABELS, TASK, anew if reference else None)


def results(seeds: int = 1, reference: bool = True) -> dict[str, Any]:
    found = [
        {
            "seed": seed,
            "split": {"train": 3},
            "evidence": {"student": record(seed, reference)},
            "seconds": {"method": 1.5, "retrain": 3.25 if reference else None},
        }
        for seed in range(seeds)
    ]
    return {
        "config": {"dataset": {"name": "stored"}, "teacher": {"name": "gcn"}, "setting": "inductive"},
        "graph": {"name": "tiny <b>", "nodes": 60, "class_counts": {"a": 1}},
        "environment": {"device": "cpu"},
        "citations": {"unlearner": "Sinha et al."},
        "removal": {"nodes": 60, "edges": 1, "digest": "abc123"},
        "method": {"name": "d2dgn"},
        "what": "student",
        "verified": reference,
        "exact": False,
        "left": ["The <teacher> had seen it"],
        "seeds": found,
        "files": [{"path": "teachers/x.safetensors", "done": "deleted", "why": "it trained on it"}],
        "verdict": judge_unlearning(found[0]["evidence"]["student"])._asdict(),
    }


def test_the_page_begins_with_the_verdict_and_escapes_what_a_user_wrote(tmp_path: Path) -> None:
    write_unlearn_report(results(), tmp_path / "unlearn.html")
    page = (tmp_path / "unlearn.html").read_text("utf-8")
    assert "<h1>Recognisable: the model is conspicuously ignorant of the 60 deleted nodes" in page
    assert "60 nodes and 1 edge deleted from tiny &lt;b&gt; by method d2dgn" in page
    assert "The &lt;teacher&gt; had seen it." in page
    assert "abc123" in page
    assert "teachers/x.safetensors" in page


def test_tables_of_one_seed_and_of_several() -> None:
    one = {grid.title: grid for grid in unlearn_grids(results())}
    attacks = one["Can what was deleted be told apart? AUC, 95 % intervals"]
    assert [row[0] for row in attacks.rows] == ["Certainty", "Loss"]
    assert attacks.rows[0][2].startswith("0.0")
    assert [row[0] for row in one["Accuracy, %"].rows] == ["Student, kept", "Student, new to all"]
    assert one["Seconds of training, all seeds"].rows == [["Forgetting", "1.50"], ["Training anew", "3.25"]]
    two = {grid.title: grid for grid in unlearn_grids(results(seeds=2))}
    attacks = two["Can what was deleted be told apart? AUC, 95 % intervals"]
    assert [row[0] for row in attacks.rows][1:3] == ["Loss, seed 0", "Certainty, seed 1"]
    assert all("±" in cell for cell in two["Accuracy, %"].rows[0][1:])
    assert files_grid(results()).rows == [["teachers/x.safetensors", "deleted", "it trained on it"]]


def test_without_verification_it_says_so(tmp_path: Path) -> None:
    found = results(reference=False)
    assert unlearn_headline(found).startswith("Not verified")
    titles = [grid.title for grid in unlearn_grids(found)]
    assert "Divergence from the model trained anew, nats" not in titles
    write_unlearn_report(found, tmp_path / "unlearn.html")
    assert "Nothing was trained anew to compare with" in (tmp_path / "unlearn.html").read_text("utf-8")


@pytest.mark.parametrize("model", ["teacher", "student"])
def test_a_teacher_has_lines_of_its_own(model: str) -> None:
    found = results()
    found["seeds"][0]["evidence"] = {"teacher": record(1), "student": record(2)}
    grids = {grid.title: grid for grid in unlearn_grids(found)}
    names = [row[0] for row in grids["Can what was deleted be told apart? AUC, 95 % intervals"].rows]
    assert f"Certainty, {model}" in names


def test_of_edges_the_ends_are_spoken_of_and_without_new_nodes_test_nodes() -> None:
    found = results()
    found["removal"] = {"nodes": 0, "edges": 7, "digest": "abc123"}
    found["seeds"][0]["evidence"]["student"]["population"] = "seen"
    grids = {grid.title: grid for grid in unlearn_grids(found)}
    told = [row[0] for row in grids["Divergence from the model trained anew, nats"].rows]
    assert told == ["Student, ends of deleted edges", "Student, kept", "Student, test"]


def test_the_page_says_whether_names_are_left(tmp_path: Path):
    assert names_told(results()) == ""
    none = {**results(), "searched": {"names": 1, "found": []}}
    assert names_told(none).endswith("found in none.")
    some = {**results(), "searched": {"names": 2, "found": ["a.json", "b/c.csv"]}}
    write_unlearn_report(some, tmp_path / "unlearn.html")
    assert names_told(some) in (tmp_path / "unlearn.html").read_text()
    assert "found in a.json, b/c.csv: look into 2 files." in names_told(some)
