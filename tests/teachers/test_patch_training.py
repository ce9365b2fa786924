import torch

from gnn2mlp.nn.training_state import START
from gnn2mlp.teachers import GraphMixer
from gnn2mlp.teachers._graph_level import reads_of
from gnn2mlp.teachers._graph_training import answer_graphs
from gnn2mlp.teachers._patch_training import PatchTraining
from tests.graphs import graph_views, random_graphs


def training() -> PatchTraining:
    observed = graph_views(random_graphs(count=30)).observed
    teacher = GraphMixer(patches=4, hidden=8, dropout=0.0)
    torch.manual_seed(0)
    teacher.initialise(reads_of(observed.graphs), 2)
    return teacher.training(observed, seed=0, device=torch.device("cpu"))


def slots(made: PatchTraining) -> list[int]:
    for _ in made.steps(START):
        break
    return made.drawn.slots.tolist()


def test_patches_are_drawn_anew_each_epoch_and_by_seed() -> None:
    made, again = training(), training()
    first, second = slots(made), slots(made)
    assert first != second
    assert [slots(again), slots(again)] == [first, second]


def test_only_graphs_that_train_are_cut_anew() -> None:
    made = training()
    found = torch.tensor(slots(made))
    valid = made.observed.graphs.nodes_of(made.observed.valid)
    assert torch.equal(found[valid], made.fixed.slots[valid])


def test_validation_is_what_the_network_answers_by_itself() -> None:
    made = training()
    ids = made.observed.valid
    expected = answer_graphs(made.module, made.observed.graphs, "cpu", ids).logits
    torch.testing.assert_close(made.judged(ids), expected)
    torch.testing.assert_close(made.judged(ids), expected)  # and again


def test_a_loss_reaches_every_weight() -> None:
    made = training()
    made.module.train()
    step = next(iter(made.steps(START)))
    step.loss().backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is not None for weight in made.module.parameters())
