"""What every registered objective of pairs promises. A new one is tested here as soon as its file exists."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.objectives import OBJECTIVES, LinkBatch, Objective, knowledge_needs, parse_needs
from gnn2mlp.objectives._base import check_declared
from tests.cuda import nothing_waits, off_the_cpu
from tests.linked import NODES, WIDTH, embeddings, link_batch, taught

NAMES = [name for name, cls in OBJECTIVES.classes.items() if parse_needs(cls.needs).pairs]
# How many draws of contexts stand beside each other is the source's to know, which cuts one out.
READ = {name: sorted(knowledge_needs(OBJECTIVES.get(name).needs) - {"context_draws"}) for name in NAMES}


def build(name: str) -> Objective:
    objective = Spec(name).build(OBJECTIVES)
    with seeded(0, "preparation"):
        objective.prepare({"teacher": taught()}, WIDTH)
    return objective


@pytest.fixture(params=NAMES)
def objective(request: pytest.FixtureRequest) -> Objective:
    return build(request.param)


def test_the_package_has_the_objectives_that_it_names() -> None:
    named = {"link_labels", "context_ranks", "context_distribution", "link_logits", "embedding_match"}
    assert named <= set(NAMES)


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_value_is_a_finite_scalar(objective: Objective, scale: float) -> None:
    value = objective(link_batch(embeddings(scale)))
    assert value.shape == ()
    assert torch.isfinite(value)
    assert value > 0  # a random student is neither right nor like a random teacher


def test_gradient_reaches_the_student_and_never_the_knowledge(objective: Objective) -> None:
    z, table = embeddings(), taught()
    leaves = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in table.values.items()}
    objective(link_batch(z, TeacherKnowledge(table.node_ids, leaves))).backward()
    assert z.grad is not None
    assert torch.isfinite(z.grad).all()
    assert z.grad.abs().sum() > 0
    assert all(leaf.grad is None for leaf in leaves.values())


def test_a_step_asks_nothing_of_the_device(objective: Objective) -> None:
    there = link_batch()
    with off_the_cpu("cpu"), nothing_waits("cpu"):
        objective(there).backward()


@pytest.mark.parametrize("seed", range(3))
def test_numbering_and_order_of_nodes_do_not_matter(objective: Objective, seed: int) -> None:
    order = torch.randperm(NODES, generator=torch.Generator().manual_seed(seed))
    z = embeddings()
    table = taught().align(order)  # row i of the table is node order[i], which is also called i ...
    ids = torch.argsort(order)[table["context_ids"]]
    table = TeacherKnowledge(torch.arange(NODES), {**table.values, "context_ids": ids})
    other = replace(link_batch(z, order=order), tables={"teacher": table}, rows=torch.arange(NODES))
    torch.testing.assert_close(objective(other), objective(link_batch(z)))


def test_pairs_have_no_direction(objective: Objective) -> None:
    there = link_batch()
    assert there.pairs is not None
    torch.testing.assert_close(objective(replace(there, pairs=there.pairs.flip(1))), objective(there))


@pytest.mark.parametrize("name", [name for name in NAMES if OBJECTIVES.get(name).vanishes])
def test_matching_terms_vanish_where_the_student_equals_the_teacher(name: str) -> None:
    z = embeddings()
    first = link_batch(z)
    said: Tensor = first.context_logits.detach()
    table = TeacherKnowledge(torch.arange(NODES), {**taught().values, "context_scores": said, "hidden": z.detach()})
    value = build(name)(link_batch(z, table))
    value.backward()
    assert value.abs() < 1e-6
    assert z.grad is not None
    assert z.grad.abs().max() < 1e-6


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in NAMES for key in READ[name]])
def test_missing_key_is_named(name: str, key: str) -> None:
    values = {k: v for k, v in taught().values.items() if k != key}
    with pytest.raises(MissingKnowledgeError, match=f"'{key}'"):
        build(name)(link_batch(table=TeacherKnowledge(torch.arange(NODES), values)))
    with pytest.raises(MissingKnowledgeError):
        build(name)(replace(link_batch(), tables={}, contexts=None, teacher_scores=None))


def test_reads_nothing_but_what_it_requires(objective: Objective) -> None:
    table = taught()
    needed = table.select(knowledge_needs(objective.needs))
    assert torch.equal(objective(link_batch(table=needed)), objective(link_batch()))


def test_works_on_a_batch_without_labelled_pairs_or_says_nothing_false(objective: Objective) -> None:
    there = link_batch()
    without = replace(there, pairs=torch.zeros(0, 2, dtype=torch.int64), labels=torch.zeros(0))
    if READ[objective.name]:
        assert torch.equal(objective(without), objective(there))
    else:
        with pytest.raises(ConfigError, match="expected pairs of nodes, got none"):
            objective(replace(there, pairs=None))


def test_same_batch_same_value(objective: Objective) -> None:
    assert torch.equal(objective(link_batch()), objective(link_batch()))


def test_weights_multiply_it_and_sums_add_it(objective: Objective) -> None:
    there = link_batch()
    torch.testing.assert_close((2 * objective + 0.5 * objective)(there), 2.5 * objective(there))


def test_says_what_it_reads_and_where_it_comes_from(objective: Objective) -> None:
    needs = parse_needs(objective.needs)
    assert set().union(*needs.knowledge.values()) <= set(KEYS)
    assert not needs.links
    assert not needs.all_features
    check_declared(objective)
    assert any(character.isdigit() for character in objective.citation)  # a year


def test_spec_builds_an_equal_objective(objective: Objective) -> None:
    assert Spec.parse(objective.spec().to_dict()).build(OBJECTIVES).spec() == objective.spec()


class Distance(Objective):
    """An objective of one's own: the mean squared distance of linked nodes' embeddings."""

    name = "distance"
    citation = "Belkin and Niyogi, Laplacian Eigenmaps, 2003"
    needs = frozenset({"pairs"})

    def forward(self, batch: LinkBatch) -> Tensor:  # type: ignore[override]
        z, linked = batch.output.hidden, batch.labels > 0
        assert batch.pairs is not None
        return batch.mean((z[batch.pairs[:, 0]] - z[batch.pairs[:, 1]]).square().sum(-1), linked)


def test_one_from_outside_works_as_an_instance_and_in_a_sum() -> None:
    there = link_batch()
    whole = Distance() + 0.5 * build("link_labels")
    assert "pairs" in whole.needs
    torch.testing.assert_close(whole(there), Distance()(there) + 0.5 * build("link_labels")(there))
