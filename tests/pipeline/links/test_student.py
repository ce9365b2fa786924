from collections.abc import Callable

import torch

from gnn2mlp.pipeline.links.scoring import embedder_rows, pair_logits
from gnn2mlp.pipeline.links.seed import LinkSeed

Make = Callable[..., LinkSeed]


def test_a_student_is_read_again_as_it_was(link_seed: LinkSeed) -> None:
    seed = link_seed
    made = seed.student.value
    path = seed.student.storage.path(seed.student.identity)
    read, origin = seed.student.storage.load(path)
    assert origin["identity"] == dict(seed.student.identity)
    pairs = seed.split.test
    assert pair_logits(read, seed.full.graph, pairs).equal(pair_logits(made, seed.full.graph, pairs))
    assert read.card["history"]["best_epoch"] >= 1
    assert read.card["dataset"] == "tiny"


def test_it_scores_new_nodes_from_their_features_alone(link_seed: LinkSeed) -> None:
    student, graph = link_seed.student.value, link_seed.full.graph
    new = link_seed.split.new
    rows = embedder_rows(student, graph)
    with torch.inference_mode():
        alone = student.module(rows[new]).hidden  # type: ignore[index]
        beside = student.module(rows).hidden[new]
    assert torch.allclose(alone, beside, atol=1e-6)


def test_the_same_settings_give_the_same_bits(link_seed: LinkSeed, make_link_seed: Make) -> None:
    one, other = link_seed.student.value.module.state_dict(), make_link_seed().student.value.module.state_dict()
    assert all(tensor.equal(other[name]) for name, tensor in one.items())
