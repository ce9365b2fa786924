from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.explore.trust import TrustTable, trust_table
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline.facts import (
    RANKS,
    code_record,
    seen_test_nodes,
    summarise_codes,
    summarise_trust,
    trust_record,
    validation_nodes,
)
from gnn2mlp.pipeline.seed import Seed
from tests.tiny import random_knowledge


def test_codes_by_hand():
    values = {
        "code": torch.tensor([2, 2, 0, 2]),
        "codebook": torch.zeros(4, 2),
        "code_indices": torch.tensor([[2, 0], [2, 1], [0, 1], [2, 3]], dtype=torch.int32),
        "code_probabilities": torch.tensor([[0.8, 0.1], [0.9, 0.1], [0.5, 0.3], [0.9, 0.0]]),
    }
    record = code_record(TeacherKnowledge(torch.arange(4), values, {}))
    assert record is not None
    assert (record["size"], record["used"], record["utilisation"]) == (4, 2, 0.5)
    assert record["truncated"] == pytest.approx((0.1 + 0.0 + 0.2 + 0.1) / 4)
    assert record["ranks"] == [3, 1, 0, 0]


def test_large_codebooks_are_written_in_few_numbers():
    record = code_record(random_knowledge(torch.arange(50), codes=100))
    assert record is not None
    assert len(record["ranks"]) == RANKS
    assert record["ranks"] == sorted(record["ranks"], reverse=True)


def test_a_teacher_without_codes_has_no_record():
    assert code_record(random_knowledge(torch.arange(5)).select(["logits"])) is None


def test_codes_are_summarised_without_the_ranks():
    record = {"size": 4, "used": 2, "ranks": [3.0, 1.0]}
    found = summarise_codes([record, {**record, "used": 4}])
    assert found == {"size": {"mean": 4, "std": 0}, "used": {"mean": 3, "std": 1}}


def test_trust_is_plain_and_summarised_where_it_is_defined():
    knowledge = random_knowledge(torch.arange(20))
    edges = np.stack([np.arange(19), np.arange(1, 20)])
    judged = trust_record(trust_table(knowledge, edges, np.arange(20) % 3))
    assert judged["margin"]["nodes"] == 20
    assert set(judged) == {"reliability", "confidence", "margin", "degree"}
    always = trust_record(trust_table(knowledge, edges, knowledge["logits"].argmax(-1)))
    assert always["margin"]["auroc"] is None
    found = summarise_trust([judged, always])
    assert found["margin"]["auroc"] == {"mean": judged["margin"]["auroc"], "std": 0}
    assert found["margin"]["area"]["mean"] == pytest.approx((judged["margin"]["area"] + 1) / 2)
    assert "auroc" not in summarise_trust([always])["margin"]


def judge(seed: Seed) -> TrustTable | None:
    return seen_test_nodes(seed.knowledge.value, seed.observed, seed.full)


def test_seen_test_nodes_and_no_others_are_judged(make_seed: Any):
    assert judge(make_seed()) is None
    seed = make_seed(extra=frozenset({"entropy_shift"}))
    table = judge(seed)
    assert table is not None
    np.testing.assert_array_equal(table.nodes, seed.split.seen)


@pytest.mark.parametrize("kind", ["graph", "hypergraph"])
def test_degree_is_that_which_the_teacher_saw(make_seed: Any, hypergraph_settings: dict[str, Any], kind: str):
    changes = {key: hypergraph_settings[key] for key in ("dataset", "teacher", "method")}
    seed = make_seed(extra=frozenset({"entropy_shift"}), **changes if kind == "hypergraph" else {})
    table = judge(seed)
    assert table is not None
    assert seed.full.graph.kind == kind
    observed = seed.observed
    row = torch.searchsorted(observed.node_ids, seed.split.seen)
    np.testing.assert_array_equal(table.scores["degree"], observed.graph.degree[row].numpy())
    assert (observed.graph.degree[row] <= seed.full.graph.degree[seed.split.seen]).all()
    assert observed.graph.degree[row].unique().numel() > 1


def test_the_best_score_is_looked_up_on_validation_nodes(make_seed: Any):
    seed = make_seed(extra=frozenset({"entropy_shift"}))
    knowledge, observed, full = seed.knowledge.value, seed.observed, seed.full
    table, valid = (of(knowledge, observed, full) for of in (seen_test_nodes, validation_nodes))
    assert table is not None
    assert valid is not None
    np.testing.assert_array_equal(valid.nodes, seed.split.valid)
    record = trust_record(table, valid)
    assert record["margin"]["valid_auroc"] == valid.measures["margin"].auroc
    assert "valid_auroc" not in trust_record(table)["margin"]
