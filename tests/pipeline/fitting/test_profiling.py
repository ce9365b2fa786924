"""The profile that a fit leaves behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp import Predictor
from gnn2mlp.cli import main
from gnn2mlp.data import Split
from gnn2mlp.deploy import read_directory
from gnn2mlp.deploy.model_files import CODES
from gnn2mlp.deploy.monitoring import PROFILE, Profile
from gnn2mlp.deploy.monitoring.watching import monitor_table
from gnn2mlp.pipeline import FitConfig, FitResult, fit
from gnn2mlp.pipeline.fitting.profiling import _held_back
from tests.company import company


def test_a_fit_writes_one_that_knows_columns_and_answers(fitted: FitResult) -> None:
    assert fitted.out is not None
    profile = Profile.load(fitted.out)
    assert [column.name for column in profile.columns] == ["text", "price", "country", "verified", "joined"]
    assert profile.rows == 240
    assert {"page", "kind"} <= set(profile.others)
    assert profile.answers is not None
    frame, counts = profile.answers
    assert frame.names == ("blue", "green", "red")
    assert {"predicted", "confidence", "outliers"} <= counts.keys()
    assert counts["right"][1] > 0
    assert "answered by the same training on a part of the labels" in profile.basis


def test_what_answers_rest_on_is_a_clause_with_and_without_another_training() -> None:
    split = Split(*(torch.tensor([k]) for k in range(4)), "inductive", 0, {})
    assert _held_back(split, False)[1] == "rows whose labels were held back"
    assert _held_back(split, True)[1].endswith("held back, answered by the same training on a part of the labels")


def test_no_id_is_in_it(fitted: FitResult) -> None:
    assert fitted.out is not None
    content = read_directory(fitted.out, (PROFILE,)).files[PROFILE]
    assert not [one for one in company().nodes["page"] if one.encode() in content]


def test_the_table_of_training_has_not_drifted(fitted: FitResult, tmp_path: Path) -> None:
    assert fitted.out is not None
    pq.write_table(pa.table(company().nodes), tmp_path / "same.parquet")
    found = monitor_table(fitted.out, tmp_path / "same.parquet", label="kind")
    assert not [column.name for column in found.columns if column.drifted]
    assert next(check for check in found.answers if check.what == "accuracy").now is not None


def test_codes_ship_and_are_compared(fit_settings: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    teacher = {"name": "vq", "codes": 8, "encoder": {"name": "sage", "hidden": 16, "epochs": 20}}
    out = fit(FitConfig(**fit_settings(teacher=teacher, method="vqgraph", columns={"joined": "drop"}))).out
    assert out is not None
    assert CODES in read_directory(out, ()).config["files"]
    answers = Profile.load(out).answers
    assert answers is not None
    assert answers[1]["codes"].sum() == 240
    nodes = company().nodes
    pq.write_table(pa.table(nodes), tmp_path / "same.parquet")
    assert main(["monitor", str(out), str(tmp_path / "same.parquet"), "--json", "--out", str(tmp_path / "seen")]) in (
        0,
        1,
    )
    assert "Codes" in (tmp_path / "seen" / "monitor.html").read_text()
    assert len(np.unique(Predictor.load(out).predict(pa.table(nodes)))) > 1
