"""LightHGNN+: its loss, that of its released code, and how it mixes with others."""

from typing import Any

import pytest
import yaml

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.light_hgnn_plus import LightHGNNPlus
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS
from tests.tiny import random_knowledge, small, tiny_views


def weights(method: Any) -> list[tuple[str, float]]:
    return [(t.objective.name, pytest.approx(t.weight)) for t in method.build_objective().terms()]


def test_default_is_soft_labels_of_nodes_and_of_hyperedges() -> None:
    expected = [("hard_labels", 0.0), ("soft_labels", 1.0), ("reliable_hyperedges", 1.0)]
    assert weights(LightHGNNPlus()) == expected
    assert LightHGNNPlus().teacher_keys == {"logits", "entropy_shift"}
    assert "hyperedges" in LightHGNNPlus().build_objective().needs
    assert "neighbours" not in LightHGNNPlus().build_objective().needs


def test_weights_divide_as_the_paper_writes() -> None:
    mixed = LightHGNNPlus(hard_weight=0.2, hyperedge_weight=0.5)
    assert weights(mixed) == [("hard_labels", 0.2), ("soft_labels", 0.8), ("reliable_hyperedges", 0.4)]
    without = LightHGNNPlus(hyperedge_weight=0.0)
    assert "hyperedges" not in without.build_objective().needs
    assert without.teacher_keys == {"logits"}


def test_options_reach_the_objectives() -> None:
    options = {"temperature": 0.8, "form": "squared", "draws": 1, "sample": False, "released_divergence": True}
    _, soft, hyperedges = LightHGNNPlus(**options).build_objective().terms()
    assert {key: getattr(hyperedges.objective, key) for key in options} == options
    assert (soft.objective.temperature, soft.objective.released_divergence) == (0.8, True)
    assert LightHGNNPlus().build_objective().terms()[2].objective.form == "absolute"
    assert LightHGNNPlus(update="alternating").update == "alternating"


def test_hyperedges_teach_more_than_soft_labels_alone() -> None:
    """The same student without the term, without sampling, and with all: three different ones."""
    observed = tiny_views(kind="hypergraph").observed
    knowledge = random_knowledge(observed.node_ids)
    ends = [
        Distiller(epochs=3)
        .fit(small(STUDENTS, "mlp"), LightHGNNPlus(**options).build_objective(), observed, knowledge)
        .module.head.weight.sum()
        .item()
        for options in ({"hyperedge_weight": 0.0}, {"sample": False}, {})
    ]
    assert len(set(ends)) == 3


def test_a_graph_is_refused_before_the_first_step() -> None:
    told: list[int] = []
    observed = tiny_views().observed
    with pytest.raises(DataError, match="objective 'reliable_hyperedges' works on a hypergraph, and tiny is a graph"):
        Distiller(epochs=3).fit(
            small(STUDENTS, "mlp"),
            LightHGNNPlus().build_objective(),
            observed,
            random_knowledge(observed.node_ids),
            progress=lambda done, total, note="": told.append(done),
        )
    assert told == []


def test_mixes_with_codes_of_a_hypergraph_tokenizer_from_yaml_alone() -> None:
    method = yaml.safe_load("""
        name: composed
        objective:
          - {name: soft_labels}
          - {name: reliable_hyperedges, weight: 0.5, form: squared}
          - {name: code_assignments, weight: 2.0}
    """)
    built = Spec.parse(method).build(METHODS)
    assert built.teacher_keys >= {"entropy_shift", "codebook", "logits"}
    observed, teacher = tiny_views(kind="hypergraph").observed, small(TEACHERS, "vq", encoder="hgnn", codes=8)
    teacher.fit(observed)
    knowledge = teacher.export(observed, built.teacher_keys)
    result = Distiller(epochs=15, batch_size=16).fit(
        small(STUDENTS, "mlp"), built.build_objective(), observed, knowledge
    )
    assert result.history.loss[-1] < 0.8 * result.history.loss[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hard_weight": 1.5}, r"method\.hard_weight: expected a number from 0 to 1, got 1\.5"),
        ({"hyperedge_weight": -1.0}, r"method\.hyperedge_weight: expected at least 0, got -1\.0"),
        ({"form": "cubed"}, r"method\.form: expected .*squared.*absolute.*got 'cubed'"),
        ({"neighbour_weight": 1.0}, "method 'light_hgnn_plus' has no option 'neighbour_weight'"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("light_hgnn_plus", **options).build(METHODS)
