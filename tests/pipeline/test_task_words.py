import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline.task_words import parse_task, refuse_graphs, task_options
from gnn2mlp.tasks import LinkPrediction


def test_words_mappings_and_objects() -> None:
    assert parse_task("graph") == {"name": "graph"}
    assert parse_task({"name": "graph", "metric": "roc_auc"}) == {"name": "graph", "metric": "roc_auc"}
    assert parse_task(LinkPrediction())["name"] == "link"
    assert parse_task({"name": "node", "metric": "macro_f1"}) == {"metric": "macro_f1"}
    assert parse_task(None) is None


def test_what_the_data_say_is_no_word() -> None:
    with pytest.raises(ValueError, match="which task of nodes or graphs it is the data say"):
        parse_task("graph_classification")
    with pytest.raises(ValueError, match="expected 'node', 'link' or 'graph', got 'grpah'; did you mean 'graph'"):
        parse_task("grpah")


def test_options_are_all_but_the_word() -> None:
    assert task_options(None) == {}
    assert task_options({"name": "link", "metric": "mrr"}) == {"metric": "mrr"}


def test_a_fit_of_whole_graphs_is_told_where_to_go() -> None:
    for name in ("graph", "graph_multi_task"):
        with pytest.raises(ConfigError, match=f"'{name}' is of whole graphs; take GraphFitConfig"):
            refuse_graphs(name)
    refuse_graphs("classification")
