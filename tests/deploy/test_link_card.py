from gnn2mlp.deploy import link_card
from gnn2mlp.deploy.description import describe
from gnn2mlp.deploy.model_card import model_card
from tests.deploy import links, test_predictor


def test_each_kind_of_model_has_its_own_words() -> None:
    of_links = describe(links.make().embedder, {"columns": {"page": "id"}})
    card = model_card(of_links, [link_card.EMBEDDER, link_card.DECODER])
    assert link_card.OPENING in card
    assert all(limit in card for limit in link_card.LIMITS)
    assert 'InferenceSession("FOLDER/decoder.onnx")' in card
    assert "pairs of ids" in card
    of_nodes = model_card(describe(test_predictor.make(), {}), ["student.safetensors"])
    assert "link" not in of_nodes.replace("graph-neural-networks", "").lower()


def test_figures_are_of_pairs() -> None:
    row = {"metric": "hits@20", "value": 0.412, "low": 0.4, "high": 0.42, "population": "old-new", "pairs": 1200}
    card = model_card(describe(links.make().embedder, {"metrics": [row], "data": {"name": "cora"}}), [])
    assert "| old-new | student | hits@20 | 41.2 % | 40.0 to 42.0 % (95 %) | 1,200 |" in card
    assert "| pairs | model |" in card
    assert "cora, old-new pairs" in card
