"""What every registered objective promises. A new one is tested here as soon as its file exists."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import OBJECTIVES, Batch, Objective, knowledge_needs, parse_needs
from gnn2mlp.objectives._base import check_declared
from tests.cuda import nothing_waits, off_the_cpu
from tests.tiny import COPIES, answered, random_knowledge

NODES, CLASSES, HIDDEN = 12, 3, 5
# Those of pairs have a suite of their own.
NAMES = [name for name, cls in OBJECTIVES.classes.items() if not parse_needs(cls.needs).pairs]


def build(name: str) -> Objective:
    """The objective with its defaults, prepared for the table that most tests use."""
    objective = Spec(name).build(OBJECTIVES)
    objective.prepare_features(COPIES * NODES)
    with seeded(0, "preparation"):
        objective.prepare({"teacher": random_knowledge(torch.arange(NODES), CLASSES, HIDDEN)}, HIDDEN)
    return objective


@pytest.fixture(params=NAMES)
def objective(request: pytest.FixtureRequest) -> Objective:
    return build(request.param)


def ring(rows: Tensor, numbers: Tensor | None = None) -> CSR:
    """Neighbours of `rows` on a ring of all nodes in which node i is called numbers[i]."""
    numbers = torch.arange(NODES) if numbers is None else numbers
    old = torch.argsort(numbers)[rows]
    both = torch.stack([numbers[(old + 1) % NODES], numbers[(old - 1) % NODES]], dim=1)
    row = torch.arange(rows.numel()).repeat_interleave(2)
    return CSR.from_coo(row, both.flatten(), torch.ones(2 * rows.numel()), (rows.numel(), NODES))


def around(numbers: Tensor | None = None) -> CSR:
    """Hyperedges of three nodes in a row on that ring, one for each node: the same in every batch."""
    numbers = torch.arange(NODES) if numbers is None else numbers
    node = torch.stack([numbers.roll(-step) for step in range(3)], dim=1).flatten()
    return CSR.from_coo(torch.arange(NODES).repeat_interleave(3), node, torch.ones(3 * NODES), (NODES, NODES))


def student_output(scale: float = 1.0) -> MLPOutput:
    random = torch.Generator().manual_seed(1)
    logits = scale * torch.randn(NODES, CLASSES, generator=random)
    hidden = scale * torch.randn(NODES, HIDDEN, generator=random)
    return MLPOutput(logits.requires_grad_(), hidden.requires_grad_())


def batch(output: MLPOutput, table: TeacherKnowledge | None = None, labels: Tensor | None = None) -> Batch:
    """All nodes, of which every second is labelled."""
    rows = torch.arange(NODES)
    if labels is None:
        labels = torch.where(rows % 2 == 0, rows % CLASSES, -1)
    table = table or random_knowledge(rows, CLASSES, HIDDEN)
    return answered(rows, labels, output, table, ring(rows), hyperedges=around(), adjacency=ring(rows))


def valued(objective: Objective, there: Batch) -> Tensor:
    """Its value; what it draws is the same each time."""
    with seeded(0, "objective"):
        value: Tensor = objective(there)
    return value


def assert_alike(objective: Objective, one: Batch, other: Batch) -> None:
    """Equal values; of what draws, in expectation, as draws come in the order of rows."""
    if torch.equal(valued(objective, one), _mean_value(objective, one, draws=1)):
        torch.testing.assert_close(valued(objective, one), valued(objective, other), rtol=1e-5, atol=1e-6)
    else:
        values = [_mean_value(objective, batch, draws=800) for batch in (one, other)]
        torch.testing.assert_close(*values, rtol=0.03, atol=1e-6)


def _mean_value(objective: Objective, there: Batch, draws: int) -> Tensor:
    with seeded(1, "draws of an objective"), torch.no_grad():
        return torch.stack([objective(there) for _ in range(draws)]).mean()


def test_the_package_has_the_objectives_that_it_names() -> None:
    named = {"hard_labels", "soft_labels", "code_assignments", "reliable_neighbours", "reliable_hyperedges"}
    assert named <= set(NAMES)


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_value_is_a_finite_scalar(objective: Objective, scale: float) -> None:
    value = valued(objective, batch(student_output(scale)))
    assert value.shape == ()
    assert torch.isfinite(value)
    # A random student is neither right nor like a random teacher; one that never changes its mind agrees with itself.
    assert value > 0 or objective.further_answers


def test_gradient_reaches_the_student_and_never_the_knowledge(objective: Objective) -> None:
    output, ids = student_output(), torch.arange(NODES)
    values = random_knowledge(ids, CLASSES, HIDDEN).values
    leaves = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in values.items()}
    valued(objective, batch(output, TeacherKnowledge(ids, leaves))).backward()
    assert any(part.grad is not None and part.grad.abs().sum() > 0 for part in output)
    assert all(leaf.grad is None for leaf in leaves.values())


def test_a_step_asks_nothing_of_the_device(objective: Objective) -> None:
    there, random = batch(student_output()), torch.get_rng_state()
    value = valued(objective, there)  # what it keeps from step to step is made in the first
    with off_the_cpu("cpu"), nothing_waits("cpu"):
        torch.set_rng_state(random)
        objective(there).backward()
    assert torch.isfinite(value)


def test_order_of_rows_does_not_matter(objective: Objective) -> None:
    there, order = batch(student_output()), torch.randperm(NODES, generator=torch.Generator().manual_seed(2))
    output = MLPOutput(*(o[order] for o in there.output))
    table = there.tables["teacher"]
    whole = {"hyperedges": around(), "adjacency": ring(there.rows)}
    shuffled = answered(there.rows[order], there.labels[order], output, table, ring(order), 1, **whole)
    assert_alike(objective, shuffled, there)


def test_numbering_of_nodes_does_not_matter(objective: Objective) -> None:
    there, number = batch(student_output()), torch.randperm(NODES, generator=torch.Generator().manual_seed(3))
    renumbered = there.tables["teacher"].align(torch.argsort(number))  # node i now has row number[i]
    assert torch.equal(renumbered.values["logits"][number], there.tables["teacher"].values["logits"])
    whole = {"hyperedges": around(number), "adjacency": ring(torch.arange(NODES), number)}
    other = answered(number, there.labels, there.output, renumbered, ring(number, number), 1, **whole)
    assert_alike(objective, other, there)


@pytest.mark.parametrize("name", [n for n, c in OBJECTIVES.classes.items() if c.needs == {"logits"} and c.vanishes])
def test_matching_terms_vanish_where_the_student_equals_the_teacher(name: str) -> None:
    objective, table = Spec(name).build(OBJECTIVES), random_knowledge(torch.arange(NODES), CLASSES, HIDDEN)
    equal = MLPOutput(*(table.values[k].clone().requires_grad_() for k in ("logits", "hidden")))
    value = objective(batch(equal, table))
    value.backward()
    assert value.abs() < 1e-6
    assert all(part.grad is None or part.grad.abs().max() < 1e-6 for part in equal)


@pytest.mark.parametrize(
    ("name", "key"), [(n, k) for n in NAMES for k in sorted(knowledge_needs(OBJECTIVES.get(n).needs))]
)
def test_missing_key_is_named(name: str, key: str) -> None:
    rows = torch.arange(NODES)
    values = {k: v for k, v in random_knowledge(rows, CLASSES, HIDDEN).values.items() if k != key}
    with pytest.raises(MissingKnowledgeError, match=f"'{key}'"):
        build(name)(batch(student_output(), TeacherKnowledge(rows, values)))
    with pytest.raises(MissingKnowledgeError):
        build(name)(answered(rows, rows % CLASSES, student_output(), None, ring(rows), 1, around()))


def test_reads_nothing_but_what_it_requires(objective: Objective) -> None:
    rows = torch.arange(NODES)
    table = random_knowledge(rows, CLASSES, HIDDEN)
    value = valued(objective, batch(student_output(), table.select(knowledge_needs(objective.needs))))
    assert torch.equal(value, valued(objective, batch(student_output(), table)))


@pytest.mark.parametrize("links", ["neighbours", "hyperedges", "adjacency"])
def test_reads_no_links_but_those_that_it_needs(objective: Objective, links: str) -> None:
    there = batch(student_output())
    without = replace(there, links={kind: link for kind, link in there.links.items() if kind != links})
    if links not in objective.needs:
        assert torch.equal(valued(objective, without), valued(objective, there))
        return
    with pytest.raises(ConfigError, match=f"{objective.name}: expected a batch with {links}, got none"):
        objective(without)


def test_reads_no_rows_outside_its_batch_but_where_it_says_so(objective: Objective) -> None:
    there = batch(student_output())
    without = replace(there, table_features=None)
    if "all_features" not in objective.needs:
        assert torch.equal(valued(objective, without), valued(objective, there))
        return
    with pytest.raises(
        ConfigError, match=f"{objective.name}: expected a batch with the features of all rows, got none"
    ):
        objective(without)


def test_sample_weights_reach_the_mean(objective: Objective) -> None:
    """Rows of weight 0 are as if they were not there, and equal weights are as none."""
    there = batch(student_output())
    even = replace(there, weights=torch.full((NODES,), 3.0))
    torch.testing.assert_close(valued(objective, even), valued(objective, there))
    uneven = replace(there, weights=torch.linspace(0.1, 2.0, NODES))
    assert not torch.isclose(valued(objective, uneven), valued(objective, there))


def test_works_on_a_batch_without_labels(objective: Objective) -> None:
    output = student_output()
    value = valued(objective, batch(output, labels=torch.full((NODES,), -1)))
    value.backward()
    assert torch.isfinite(value)
    gradients = [part.grad for part in output if part.grad is not None]
    assert gradients
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


def test_same_seed_same_value(objective: Objective) -> None:
    assert torch.equal(*(valued(objective, batch(student_output())) for _ in range(2)))


def test_says_what_it_reads_and_where_it_comes_from(objective: Objective) -> None:
    needs = parse_needs(objective.needs)
    assert set().union(*needs.knowledge.values()) <= set(KEYS)
    assert objective.row_set in ("all", "labelled")
    assert len(needs.links) < 2  # no data have both
    check_declared(objective)
    assert any(character.isdigit() for character in objective.citation)  # a year


def test_spec_builds_an_equal_objective(objective: Objective) -> None:
    assert Spec.parse(objective.spec().to_dict()).build(OBJECTIVES).spec() == objective.spec()
