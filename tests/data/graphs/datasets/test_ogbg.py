"""Molecules in OGB's layout: one question, several with gaps, and files that do not fit."""

import gzip
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import load_graph_set
from gnn2mlp.data.graphs.datasets._molecules import ATOM_FIELDS, BOND_FIELDS
from gnn2mlp.tasks import GraphClassification, GraphMultiTask

FILES = {
    "raw/graph-label": "1\n0\n1\n",
    "raw/num-node-list": "2\n3\n1\n",
    "raw/num-edge-list": "1\n2\n0\n",
    "raw/edge": "0,1\n0,1\n1,2\n",
    "raw/node-feat": "".join(f"{element},0,1,5,0,0,2,0,1\n" for element in (5, 7, 5, 5, 6, 118)),
    "raw/edge-feat": "0,0,0\n3,0,1\n1,2,0\n",
    "split/scaffold/train": "0\n",
    "split/scaffold/valid": "1\n",
    "split/scaffold/test": "2\n",
    "mapping/mol": "Class,smiles\n1,CO\n",
}


def write(root: Path, name: str, **changed: str) -> Path:
    for file, text in {**FILES, **changed}.items():
        path = root / "ogb" / f"ogbg_{name}" / f"{file}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))
    return root


def test_one_question_is_a_classification_that_is_judged_by_area(tmp_path: Path) -> None:
    graphs = load_graph_set("ogbg-molbace", write(tmp_path, "molbace"))
    assert isinstance(graphs.task, GraphClassification)
    assert graphs.task.metric == "roc_auc"
    assert graphs.labels.tolist() == [1, 0, 1]
    assert graphs.node_offsets.tolist() == [0, 2, 5, 6]
    assert graphs.batch([1]).edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert graphs.batch([1]).edge_codes[:, 0].tolist() == [3, 3, 1, 1]  # type: ignore[index]
    assert graphs.own_splits[0]["valid"].tolist() == [1]
    assert graphs.node_codes is not None
    elements = graphs.categories["element"]
    assert [elements[code] for code in graphs.node_codes[:, 0]] == [
        "C",
        "O",
        "C",
        "C",
        "N",
        "other",
    ]


def test_several_questions_keep_their_gaps_and_names(tmp_path: Path) -> None:
    labels = {"raw/graph-label": "1,\n0,0\n,1\n", "mapping/mol": '"toxic, acute",mutagenic,smiles\n'}
    graphs = load_graph_set("ogbg-molclintox", write(tmp_path, "molclintox", **labels))
    assert isinstance(graphs.task, GraphMultiTask)
    assert graphs.class_names == ("toxic, acute", "mutagenic")
    assert graphs.labels.isnan().tolist() == [[False, True], [False, False], [True, False]]


def test_an_unknown_answer_to_one_question(tmp_path: Path) -> None:
    graphs = load_graph_set("ogbg-molhiv", write(tmp_path, "molhiv", **{"raw/graph-label": "1\n0\n \n"}))
    assert graphs.labels.tolist() == [1, 0, -1]


def test_sizes_of_codes_are_those_of_ogb() -> None:
    assert [len(values) for values in ATOM_FIELDS.values()] == [119, 5, 12, 12, 10, 6, 6, 2, 2]
    assert [len(values) for values in BOND_FIELDS.values()] == [5, 6, 2]
    features = pytest.importorskip("ogb.utils.features")
    assert [len(values) for values in ATOM_FIELDS.values()] == features.get_atom_feature_dims()
    assert [len(values) for values in BOND_FIELDS.values()] == features.get_bond_feature_dims()
    charges = ATOM_FIELDS["charge"][:-1]
    assert list(map(int, charges)) == features.allowable_features["possible_formal_charge_list"][:-1]
    assert list(ATOM_FIELDS["hybridization"][:-1]) == features.allowable_features["possible_hybridization_list"][:-1]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"raw/edge": "0,1\n0,1\n"}, "expected 3 edges, as num-edge-list says, got 2"),
        ({"raw/num-node-list": "2\n3\n"}, "a line for each of 3 graphs in raw/num-node-list.csv.gz, got 2"),
        ({"raw/edge": "0,2\n0,1\n1,2\n"}, "from a node of graph 0 to one of graph 1"),
        ({"raw/node-feat": FILES["raw/node-feat"].replace("118", "119")}, "expected sizes of at least"),
    ],
)
def test_files_that_do_not_fit_are_told(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    with pytest.raises(DataError, match=told):
        load_graph_set("ogbg-molbace", write(tmp_path, "molbace", **changed))


def test_the_order_of_molecules_is_theirs(tmp_path: Path) -> None:
    graphs = load_graph_set("ogbg-molbace", write(tmp_path, "molbace"))
    assert torch.equal(graphs.nodes_per_graph, torch.tensor([2, 3, 1]))
