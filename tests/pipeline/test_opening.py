from typing import Any

import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.opening import describe, opened
from tests.helpers import tiny_graph, tiny_hypergraph


def _open(settings: dict[str, Any], **changes: Any) -> Any:
    config = RunConfig(**{**settings, **changes}).resolve()
    return opened(config, config.folder(), lambda seed, stage: silent)


def test_splits_are_there_before_anything_is_trained(settings: dict[str, Any]):
    with _open(settings) as job:
        assert sorted(path.stem for path in (job.folder / "splits").iterdir()) == ["seed-000", "seed-001"]
        assert not settings["cache"].exists()
        assert job.seed(1).seed == 1
        assert job.used["device"] == "cpu"


def test_threads_are_put_back_even_after_an_error(settings: dict[str, Any]):
    before = torch.get_num_threads()
    used = []

    def fail() -> None:
        with _open(settings, threads=2):
            used.append(torch.get_num_threads())
            raise DataError("mine")

    with pytest.raises(DataError, match="mine"):
        fail()
    assert used == [2]
    assert torch.get_num_threads() == before


def test_a_folder_of_another_run_is_left_alone(settings: dict[str, Any]):
    with _open(settings):
        pass
    with pytest.raises(ConfigError, match="holds a run with another teacher"), _open(settings, teacher="sage"):
        pass


def test_extra_keys_are_written_down(settings: dict[str, Any]):
    config = RunConfig(**settings).resolve()
    with opened(config, config.folder(), lambda seed, stage: silent, extra=["entropy_shift"]) as job:
        assert set(job.seed(0).knowledge.values) == {"logits", "hidden", "entropy_shift"}


def test_description_counts_edges_once():
    graph = tiny_graph()
    found = describe(graph)
    assert (found["nodes"], found["edges"], found["classes"]) == (60, graph.edge_index.size(1) // 2, 3)


def test_description_names_the_kind_and_all_sizes():
    graph, hypergraph = describe(tiny_graph()), describe(tiny_hypergraph())
    assert graph["kind"] == "graph"
    assert "hyperedges" not in graph
    assert hypergraph["kind"] == "hypergraph"
    assert (hypergraph["nodes"], hypergraph["hyperedges"]) == (60, 40)
    assert hypergraph["incidences"] == tiny_hypergraph().hyperedge_index.size(1)
    assert hypergraph["digest"] == tiny_hypergraph().digest
    assert "edges" not in hypergraph


def test_a_hypergraph_is_opened_by_teachers_and_methods_that_read_it(hypergraph_settings: dict[str, Any]):
    with _open(hypergraph_settings) as job:
        assert job.graph.kind == "hypergraph"
    for changes, what in (({"teacher": "sage"}, "teacher 'sage'"), ({"method": "krd"}, "'reliable_neighbours'")):
        out = hypergraph_settings["out"].with_name("refused")
        with (
            pytest.raises(DataError, match=f"{what} works on a graph, and tiny is a hypergraph"),
            _open(hypergraph_settings, out=out, **changes),
        ):
            pass
        assert not out.exists()
