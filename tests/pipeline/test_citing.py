import pytest

from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.pipeline import RunConfig
from gnn2mlp.pipeline.citing import citations


@pytest.mark.parametrize(
    ("settings", "part", "words"),
    [
        ({"teacher": {"name": "vq", "encoder": "gat"}}, "teacher, gat", "Graph Attention Networks"),
        ({"teacher": {"name": "ensemble", "members": ["gcn", "sage"]}}, "teacher, sage", "Hamilton"),
        ({"method": 0.5 * HardLabels() + 0.5 * SoftLabels()}, "method, soft_labels", "Zhang"),
        ({"method": "nosmog"}, "method, positions", "Perozzi"),
        ({"student": "mixture"}, "student", "Chernov"),
        ({"inputs": "positions"}, "inputs", "Perozzi"),
    ],
)
def test_what_a_component_is_made_of_is_cited(settings: dict, part: str, words: str):
    assert words in citations(RunConfig(**settings))[part]


def test_nobody_is_cited_for_plain_features_and_a_plain_network():
    assert list(citations(RunConfig())) == ["dataset", "teacher", "method"]


def test_the_same_paper_is_cited_once_beside_the_main_parts():
    told = citations(RunConfig(teacher={"name": "ensemble", "members": ["gcn", "gcn"]}))
    assert [part for part in told if "gcn" in part] == ["teacher, gcn"]
