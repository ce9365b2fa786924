"""Soft labels of neighbours: the two means, the sampling, the fit of α, and mini-batches."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.divergence import kl_divergence
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, ReliableNeighbours, SoftLabels
from tests.helpers import tiny_graph
from tests.host_syncs import host_syncs
from tests.tiny import answered

GRAPH = tiny_graph()
NODES = 60


def knowledge(shifts: Tensor | None = None) -> TeacherKnowledge:
    random = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(NODES, 3, generator=random)
    shifts = torch.randn(NODES, 4, generator=random) if shifts is None else shifts
    return TeacherKnowledge(torch.arange(NODES), {"logits": logits, "entropy_shift": shifts})


TABLE = knowledge()
LOGITS = torch.randn(NODES, 3, generator=torch.Generator().manual_seed(1))


def batch(
    rows: Tensor | None = None, logits: Tensor = LOGITS, epoch: int = 1, table: TeacherKnowledge = TABLE
) -> Batch:
    rows = torch.arange(NODES) if rows is None else rows
    output = MLPOutput(logits[rows], logits[rows])
    return answered(rows, torch.full_like(rows, -1), output, table, GRAPH.adjacency.rows(rows), epoch)


def edges_of(tau: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """Node i and neighbour j of every edge, and KL(p_j ‖ q_i)."""
    i, j = GRAPH.adjacency.row_ids(), GRAPH.adjacency.indices
    return i, j, kl_divergence(TABLE["logits"][j], LOGITS[i], tau)


def path_batch(weights: Tensor | None = None, **options: Any) -> Tensor:
    """Three nodes in a row; the student is even everywhere, the teacher says 3/4 at node 0 and 1/2 elsewhere."""
    teacher = torch.tensor([[math.log(3), 0.0], [0.0, 0.0], [0.0, 0.0]])
    table = TeacherKnowledge(torch.arange(3), {"logits": teacher, "entropy_shift": torch.zeros(3, 1)})
    path = CSR.from_coo(
        torch.tensor([0, 1, 1, 2]), torch.tensor([1, 0, 2, 1]), torch.ones(4) if weights is None else weights, (3, 3)
    )
    output = MLPOutput(torch.zeros(3, 2), torch.zeros(3, 1))
    return ReliableNeighbours(**options)(answered(torch.arange(3), torch.full((3,), -1), output, table, path))


def test_by_hand() -> None:
    # Only node 1 has node 0 as a neighbour, one of its two.
    apart = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert path_batch().item() == pytest.approx((0 + apart / 2 + 0) / 3, rel=1e-6)
    assert path_batch(average="edges").item() == pytest.approx(apart / 4, rel=1e-6)
    # With themselves, node 0 meets its own 3/4 as well: 2 of 7 terms.
    assert path_batch(average="edges", include_self=True).item() == pytest.approx(2 * apart / 7, rel=1e-6)


def test_an_edge_of_weight_3_is_three_edges() -> None:
    # Node 1 has node 0 as a neighbour of weight 3, and node 2 of weight 1.
    apart = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    weights = torch.tensor([3.0, 3.0, 1.0, 1.0])
    assert path_batch(weights).item() == pytest.approx(3 / 4 * apart / 3, rel=1e-6)
    assert path_batch(weights, average="edges").item() == pytest.approx(3 / 8 * apart, rel=1e-6)
    assert path_batch(weights, average="edges", include_self=True).item() == pytest.approx(4 / 11 * apart, rel=1e-6)
    # However small weights are, the mean over a node's neighbours is a mean.
    assert path_batch(1e-3 * weights).item() == pytest.approx(3 / 4 * apart / 3, rel=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_draws_of_edges_keep_their_weights(weighted: bool) -> None:
    """In expectation over draws the kept answers are those of all neighbours, times the probability of each."""
    graph = tiny_graph(weighted=weighted, directed=True)
    pattern, objective = graph.adjacency, ReliableNeighbours(warmup=0, alpha=0.5)
    rows = torch.arange(NODES)
    given = answered(rows, torch.full_like(rows, -1), MLPOutput(LOGITS, LOGITS), TABLE, pattern)
    answers, rho = objective._answers(given)
    expected = pattern.with_values(pattern.values * objective._probability(rho)[pattern.indices]) @ answers
    with seeded(0, "draws"):
        found = torch.stack([objective._targets(given) for _ in range(3000)]).mean(0)
    torch.testing.assert_close(found, expected, rtol=0.05, atol=0.1)


@pytest.mark.parametrize("tau", [1.0, 2.0])
def test_equals_the_sum_over_a_list_of_edges(tau: float) -> None:
    i, _, apart = edges_of(tau)
    per_node = torch.zeros(NODES).index_add_(0, i, apart) / i.bincount(minlength=NODES)
    torch.testing.assert_close(ReliableNeighbours(temperature=tau)(batch()), tau**2 * per_node.mean())
    torch.testing.assert_close(ReliableNeighbours(temperature=tau, average="edges")(batch()), tau**2 * apart.mean())


def test_released_form_is_one_mean_over_edges_and_selves() -> None:
    _, _, apart = edges_of()
    own = kl_divergence(TABLE["logits"], LOGITS)
    released = ReliableNeighbours(average="edges", include_self=True)
    torch.testing.assert_close(released(batch()), torch.cat([apart, own]).mean())


def test_batches_are_parts_of_the_whole() -> None:
    parts = torch.randperm(NODES, generator=torch.Generator().manual_seed(3)).split([13, 27, 20])
    term = ReliableNeighbours()
    weighted = sum(term(batch(rows)) * rows.numel() for rows in parts) / NODES
    torch.testing.assert_close(weighted, term(batch()))


def test_batches_of_the_released_form_are_parts_of_the_whole() -> None:
    parts = torch.randperm(NODES, generator=torch.Generator().manual_seed(3)).split([13, 27, 20])
    term = ReliableNeighbours(average="edges", include_self=True)
    sizes = [float(GRAPH.adjacency.rows(rows).nnz + rows.numel()) for rows in parts]
    weighted = sum(term(batch(rows)) * size for rows, size in zip(parts, sizes, strict=True)) / sum(sizes)
    torch.testing.assert_close(weighted, term(batch()))


def test_sampling_equals_the_sum_over_the_edges_that_were_kept() -> None:
    """ρ is 0 or 1, so that the neighbours that teach are known: every third node never does."""
    mute = torch.arange(NODES) % 3 == 0
    table = knowledge(mute.float()[:, None])
    i, j, apart = edges_of()
    kept = ~mute[j]
    total = torch.zeros(NODES).index_add_(0, i[kept], apart[kept])
    count = i[kept].bincount(minlength=NODES)
    taught = count > 0
    assert 0 < kept.sum() < kept.numel()
    there, term = batch(epoch=2, table=table), ReliableNeighbours(warmup=1)
    torch.testing.assert_close(term(there), (total[taught] / count[taught]).mean())
    per_edge = ReliableNeighbours(warmup=1, average="edges")
    torch.testing.assert_close(per_edge(there), apart[kept].mean())
    parts = torch.arange(NODES).split([11, 49])
    sizes = [taught[rows].sum() for rows in parts]
    values = [term(batch(rows, epoch=2, table=table)) for rows in parts]
    torch.testing.assert_close(sum(v * n for v, n in zip(values, sizes, strict=True)) / sum(sizes), term(there))


def test_nodes_without_neighbours_do_not_count() -> None:
    there = batch(torch.tensor([4, 9]))
    lonely = CSR(
        there.links["neighbours"].indptr.clone(),
        *(getattr(there.links["neighbours"], n) for n in ("indices", "values", "shape")),
    )
    lonely.indptr[1:] = lonely.indptr[1]  # node 9 loses its edges
    only = answered(there.rows, there.labels, there.output, TABLE, lonely)
    torch.testing.assert_close(ReliableNeighbours()(only), ReliableNeighbours()(batch(torch.tensor([4]))))
    nobody = CSR.from_coo(*(torch.zeros(0, dtype=torch.int64),) * 2, torch.zeros(0), (2, NODES))
    assert ReliableNeighbours()(answered(there.rows, there.labels, there.output, TABLE, nobody)).item() == 0.0


def test_warm_up_keeps_every_neighbour() -> None:
    term = ReliableNeighbours(warmup=3)
    everyone = ReliableNeighbours(sample=False)(batch(epoch=99))
    assert torch.equal(term(batch(epoch=3)), everyone)
    with seeded(0, "sampling"):
        assert not torch.equal(term(batch(epoch=4)), everyone)


def test_neighbours_are_kept_as_often_as_they_are_reliable() -> None:
    term = ReliableNeighbours(warmup=0, alpha=0.5)
    rho = TABLE["entropy_shift"].square().mean(1)
    expected = 1 - (rho / rho.max()).sqrt()
    kept, draws = torch.zeros(GRAPH.adjacency.nnz), 600
    # One row for each edge, so that the number of kept neighbours of a row tells whether its edge was kept.
    i, j = GRAPH.adjacency.row_ids(), GRAPH.adjacency.indices
    each = CSR.from_coo(torch.arange(j.numel()), j, torch.ones(j.numel()), (j.numel(), NODES))
    there = answered(i, torch.full_like(i, -1), MLPOutput(LOGITS[i], LOGITS[i]), TABLE, each, 1)
    with seeded(0, "sampling"):
        for _ in range(draws):
            kept += term._targets(there)[:, -1]
    frequency = torch.zeros(NODES).index_add_(0, j, kept / draws) / j.bincount(minlength=NODES)
    assert (frequency - expected).abs().max() < 0.04
    assert kept[expected[j] == 0].sum() == 0


def test_draws_and_form_choose_what_reliability_is() -> None:
    for form in ("squared", "absolute"):
        one = ReliableNeighbours(form=form, draws=1)._answers(batch())[1]
        first = TABLE["entropy_shift"][:, 0].abs()
        expected = (first / first.max()) ** (2 if form == "squared" else 1)
        torch.testing.assert_close(one, expected)
    assert not torch.equal(ReliableNeighbours(draws=1)._answers(batch())[1], ReliableNeighbours()._answers(batch())[1])


@pytest.mark.parametrize(("draws", "fits"), [(None, True), (4, True), (5, False), (50, False)])
def test_more_draws_than_were_written_down_are_refused(draws: int | None, fits: bool) -> None:
    term = SoftLabels() + 0.5 * ReliableNeighbours(draws=draws)
    if fits:
        term.prepare({"teacher": TABLE}, 3)
        return
    with pytest.raises(ConfigError, match=rf"draws: expected at most the 4 draws .* got {draws}; .*export\.draws="):
        term.prepare({"teacher": TABLE}, 3)


def test_alpha_follows_the_agreement_with_its_momentum() -> None:
    shifts = torch.linspace(0, 1, NODES).sqrt()[:, None]  # ρ = 0..1 in equal steps
    table = knowledge(shifts)
    right = table["logits"].clone()
    wrong = right.roll(1, dims=1) - 100 * torch.nn.functional.one_hot(right.argmax(1), 3)
    student = torch.where((torch.arange(NODES) < 30)[:, None], right, wrong)
    there = batch(logits=student, epoch=10, table=table)
    slow, at_once = ReliableNeighbours(warmup=0, every=2, momentum=0.9), ReliableNeighbours(warmup=0, momentum=0.0)
    at_once.after_epoch(there)
    slow.after_epoch(there)
    fitted = at_once.fitted_alpha.item()
    assert fitted > 1.05  # a step at one half is fuller than the line of α = 1
    assert slow.fitted_alpha.item() == pytest.approx(0.81 + 0.19 * fitted, rel=1e-5)
    before = slow.fitted_alpha.clone()
    slow.after_epoch(batch(logits=right, table=table))  # all agree: nothing to fit
    assert torch.equal(slow.fitted_alpha, before)


def test_fit_joins_rows_by_their_place_in_the_table() -> None:
    turned = torch.randperm(NODES, generator=torch.Generator().manual_seed(4))
    terms = ReliableNeighbours(momentum=0.0), ReliableNeighbours(momentum=0.0)
    for term, rows in zip(terms, (torch.arange(NODES), turned), strict=True):
        term.after_epoch(batch(rows))
    torch.testing.assert_close(terms[0].fitted_alpha, terms[1].fitted_alpha)
    assert terms[0].fitted_alpha != 1.0


def test_follows_the_epochs_that_it_fits_after() -> None:
    term = ReliableNeighbours(warmup=4, every=3)
    assert [epoch for epoch in range(1, 12) if term.follows(epoch)] == [4, 7, 10]
    assert not any(ReliableNeighbours(warmup=4, sample=False).follows(epoch) for epoch in range(20))


def test_gradient() -> None:
    logits = torch.randn(NODES, 3, generator=torch.Generator().manual_seed(2)).double().requires_grad_()

    def value(x: Tensor) -> Tensor:
        return ReliableNeighbours(temperature=1.5)(batch(torch.tensor([3, 17, 40]), x))

    assert torch.autograd.gradcheck(value, (logits,), atol=1e-4)


def test_another_table_is_read_anew() -> None:
    term = ReliableNeighbours()
    first = term(batch())
    other = term(batch(table=TeacherKnowledge(TABLE.node_ids, {**TABLE.values, "logits": -TABLE["logits"]})))
    assert not torch.equal(first, other)
    assert torch.equal(term(batch()), first)


def test_a_batch_without_neighbours_is_refused() -> None:
    rows = torch.arange(NODES)
    with pytest.raises(ConfigError, match="reliable_neighbours: expected a batch with neighbours, got none"):
        ReliableNeighbours()(answered(rows, rows, MLPOutput(LOGITS, LOGITS), TABLE))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0.0}, r"reliable_neighbours\.temperature: expected a positive number, got 0\.0"),
        ({"alpha": -1.0}, r"reliable_neighbours\.alpha: expected a positive number, got -1\.0"),
        ({"draws": 0}, r"reliable_neighbours\.draws: expected at least 1, got 0"),
        ({"every": 0}, r"reliable_neighbours\.every: expected at least 1, got 0"),
        ({"momentum": 1.0}, r"reliable_neighbours\.momentum: expected a number from 0 to below 1, got 1\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ReliableNeighbours(**options)


def test_starts_with_the_first_sampled_epoch() -> None:
    assert ReliableNeighbours(warmup=4).starts_at == 5
    assert ReliableNeighbours(warmup=4, sample=False).starts_at == 1
    assert (0.5 * ReliableNeighbours(warmup=7) + 0.5 * ReliableNeighbours(warmup=3)).starts_at == 8
    assert (0.5 * ReliableNeighbours(warmup=3) + 0.0 * ReliableNeighbours(warmup=7)).starts_at == 4


def test_alpha_is_read_where_it_changes_and_nowhere_else() -> None:
    term, step = ReliableNeighbours(warmup=0, every=1), batch(epoch=2)
    with host_syncs() as found:
        torch.manual_seed(0)
        first = term(step)
    assert found == ["_local_scalar_dense"]
    with host_syncs() as found:
        torch.manual_seed(0)
        again = term(step)
    assert found == []
    assert torch.equal(again, first)
    term.after_epoch(step)
    torch.manual_seed(0)
    changed = term(step)
    fresh = ReliableNeighbours(warmup=0, alpha=term.fitted_alpha.item())
    torch.manual_seed(0)
    assert torch.equal(fresh(step), changed)
    term.load_state_dict(ReliableNeighbours(warmup=0).state_dict())  # as a checkpoint does
    torch.manual_seed(0)
    assert torch.equal(term(step), first)


def test_sharpened_neighbours_by_hand() -> None:
    # As in the path by hand, where 3 : 1 to the power 2 is 9 : 1.
    apart = 0.9 * math.log(1.8) + 0.1 * math.log(0.2)
    assert path_batch(sharpen=2).item() == pytest.approx(apart / 2 / 3, rel=1e-6)


def test_without_sampling_no_noise_is_read() -> None:
    term = ReliableNeighbours(sample=False)
    assert term.needs == {"logits", "neighbours", "all_rows"}
    assert "entropy_shift" in ReliableNeighbours().needs
    bare = TABLE.select({"logits"})
    term.prepare({"teacher": bare}, 3)
    assert torch.equal(term(batch(table=bare)), ReliableNeighbours()(batch()))
