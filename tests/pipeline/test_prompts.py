"""Prompts for a model elsewhere: written once each, embedded, and read back by the teacher of the same run."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import SPLITTERS, load_dataset
from gnn2mlp.pipeline.prompts import write_prompts
from gnn2mlp.pipeline.views import scoring_view, training_view
from gnn2mlp.teachers.language import Language
from tests.helpers import tiny_graph


def configured(folder: Path, **teacher: Any) -> RunConfig:
    graph = tiny_graph(texts=True)
    arrays = {"x": graph.features.numpy(), "y": graph.labels.numpy(), "edge_index": graph.edge_index.numpy()}
    np.savez(folder / "said.npz", **arrays, texts=np.array(graph.texts))
    return RunConfig(
        dataset=str(folder / "said.npz"),
        split={"name": "per_class", "train": 4, "valid": 4},
        setting="inductive",
        teacher={"name": "language", "read": "prompt", **teacher},
        method="lingu_gkd",
        seeds=2,
    ).resolve()


def embedded(prompts: Path, path: Path) -> None:
    """What a language model elsewhere would write: here how often some words occur."""
    table = pq.read_table(prompts)
    words = ("matrix", "tensor", "protein", "genome", "theorem", "proof", "Document", "gradient")
    vectors = [[float(prompt.count(word)) for word in words] for prompt in table["prompt"].to_pylist()]
    pq.write_table(pa.table({"digest": table["digest"], "vector": vectors}), path)


def test_a_model_elsewhere_teaches_here(tmp_path: Path) -> None:
    config = configured(tmp_path)
    found = write_prompts(config, tmp_path / "prompts.parquet")
    embedded(found.path, tmp_path / "vectors.parquet")
    teacher = Language(encoder={"name": "stored", "path": str(tmp_path / "vectors.parquet")}, read="prompt")
    graph = load_dataset(config.dataset)
    assert config.split is not None
    for seed in config.seeds:
        split = config.split.build(SPLITTERS).split(graph, seed, "inductive")
        observed, full = training_view(graph, split), scoring_view(graph, split)
        teacher.fit(observed)
        assert teacher.export(observed, ["hop_embeddings"])["hop_embeddings"].shape == (len(observed.node_ids), 3, 8)
        assert teacher.predict(full.graph).shape == (60, 3)
        assert teacher.predict(full.graph.without_links_of(split.unseen)).shape == (60, 3)


def test_each_prompt_is_there_once_with_where_it_is_from(tmp_path: Path) -> None:
    config = configured(tmp_path)
    found = write_prompts(config, tmp_path / "prompts.parquet")
    table = pq.read_table(found.path)
    assert len(set(table["digest"].to_pylist())) == len(table) == found.prompts < found.asked
    columns = (table[name].to_pylist() for name in ("node", "hop", "prompt"))
    own = {(node, prompt) for node, hop, prompt in zip(*columns, strict=True) if hop == 0}
    assert len(own) == 60
    texts = tiny_graph(texts=True).texts or ()
    assert all(json.dumps(texts[node]) in prompt for node, prompt in own)
    card = json.loads(table.schema.metadata[b"gnn2mlp"])
    assert (card["hops"], card["seeds"], card["template"]["most"]) == (2, [0, 1], 8)


def test_a_prompt_that_was_not_embedded_is_named(tmp_path: Path) -> None:
    config = configured(tmp_path)
    embedded(write_prompts(config, tmp_path / "prompts.parquet").path, tmp_path / "vectors.parquet")
    teacher = Language(encoder={"name": "stored", "path": str(tmp_path / "vectors.parquet")}, read="prompt", most=1)
    graph = load_dataset(config.dataset)
    assert config.split is not None
    split = config.split.build(SPLITTERS).split(graph, 0, "inductive")
    observed = training_view(graph, split)
    with pytest.raises(DataError, match=r"\d+ of \d+ texts have no row in .*vectors\.parquet"):
        teacher.fit(observed)


def test_what_reads_no_prompts_is_refused(tmp_path: Path) -> None:
    config = configured(tmp_path, read="average")
    with pytest.raises(ConfigError, match="prompts: expected the teacher 'language' that reads prompts; add --teacher"):
        write_prompts(config, tmp_path / "prompts.parquet")
    bare = replace(tiny_graph()).features.numpy()
    np.savez(tmp_path / "bare.npz", x=bare, y=tiny_graph().labels.numpy(), edge_index=tiny_graph().edge_index.numpy())
    silent = configured(tmp_path).model_copy(update={"dataset": RunConfig(dataset=str(tmp_path / "bare.npz")).dataset})
    with pytest.raises(DataError, match="teacher 'language' reads texts, and bare has none"):
        write_prompts(silent, tmp_path / "prompts.parquet")
    assert not (tmp_path / "prompts.parquet").exists()
