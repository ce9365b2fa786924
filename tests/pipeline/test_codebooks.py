from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp import FitConfig, RunConfig, fit, run
from gnn2mlp.core.errors import ArtefactError, ConfigError, MissingKnowledgeError
from gnn2mlp.explore import Codebook
from gnn2mlp.knowledge import TeacherKnowledge
from tests.helpers import tiny_arrays

VQ = {"name": "vq", "codes": 6, "encoder": {"name": "sage", "hidden": 8, "epochs": 15}}
Settings = Callable[..., dict[str, Any]]


@pytest.fixture
def named_npz(tmp_path: Path) -> Path:
    x, y, edges = tiny_arrays(nodes=90)
    names, words = np.array([f"p{node}" for node in range(90)]), np.array([f"w{word}" for word in range(x.shape[1])])
    np.savez(tmp_path / "named.npz", x=x, y=y, edge_index=edges, node_names=names, feature_names=words)
    return tmp_path / "named.npz"


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_a_runs_folder_is_a_codebook_with_names(settings: dict[str, Any], named_npz: Path, setting: str) -> None:
    given = {"dataset": str(named_npz), "teacher": VQ, "method": "vqgraph", "setting": setting}
    out = run(RunConfig(**{**settings, **given})).out
    first, second = Codebook.from_run(out), Codebook.from_run(out, seed=1)
    written = TeacherKnowledge.load(out / "knowledge" / "seed-000.safetensors")
    np.testing.assert_array_equal(first.code[written.node_ids], written["code"])
    assert (first.code < 0).sum() == 90 - written.node_ids.numel()
    assert first.names[5] == "p5"
    largest = int(first.table()["nodes"].idxmax())
    assert "words: w" in first.describe(largest)
    assert first.members(largest)["right"].isin([True, False, None]).all()
    assert first.compare(second).nodes > 0
    assert len(first.of(first.features[:3])) == 3
    with pytest.raises(ConfigError, match=r"seed-000, seed-001\), got 7"):
        Codebook.from_run(out, seed=7)


def test_a_run_without_codes_and_a_folder_of_something_else_are_refused(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    out = run(RunConfig(**{**settings, "seeds": 1})).out
    with pytest.raises(MissingKnowledgeError, match="teacher='vq'"):
        Codebook.from_run(out)
    with pytest.raises(ConfigError, match="expected the folder of a run or a fit"):
        Codebook.from_run(tmp_path)


@pytest.mark.parametrize("refit", [True, False])
def test_a_fit_is_a_codebook_with_ids_words_and_tables(fit_settings: Settings, refit: bool) -> None:
    import pyarrow.csv

    config = fit_settings(teacher=VQ, method="vqgraph", refit=refit)
    out = fit(FitConfig(**config)).out
    assert out is not None
    book = Codebook.from_run(out)
    table = pyarrow.csv.read_csv(config["nodes"])
    assert book.names.tolist() == table["page"].to_pylist()
    assert (len(book.observed) == len(table)) is refit
    largest = int(book.table()["nodes"].idxmax())
    assert "nodes: p" in book.describe(largest)
    assert book.of(table.slice(0, 5))["code"].tolist() == book._view.placed.code[:5].tolist()  # type: ignore[union-attr]


def test_a_fit_whose_tables_have_changed_is_refused(fit_settings: Settings, tmp_path: Path) -> None:
    config = fit_settings(teacher=VQ, method="vqgraph", refit=False)
    nodes = tmp_path / "nodes.csv"
    nodes.write_bytes(Path(config["nodes"]).read_bytes())
    out = fit(FitConfig(**{**config, "nodes": nodes})).out
    assert out is not None
    nodes.write_bytes(nodes.read_bytes() + b"\n")
    with pytest.raises(ArtefactError, match="the nodes of the fit"):
        Codebook.from_run(out)
