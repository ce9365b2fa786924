"""The tokenizer teacher: its loss, its codebook, what it writes down, and what it refuses."""

from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import HypergraphData, NeighbourSampler
from gnn2mlp.evaluate.codes import usage
from gnn2mlp.teachers import TEACHERS, Export, providing
from gnn2mlp.teachers._inference import infer
from gnn2mlp.teachers._training import MiniBatch
from gnn2mlp.teachers.gcn import GCN
from gnn2mlp.teachers.vq import VQ
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import tiny_views, views_of

ENCODER = {"name": "gcn", "hidden": 8, "dropout": 0.0, "epochs": 20}
CODE_KEYS = {"codebook", "code", "code_indices", "code_probabilities", "code_temperature", "code_unit_length"}


def fitted(seed: int = 0, setting: Any = "transductive", **options: Any) -> VQ:
    teacher = VQ(**{"encoder": ENCODER, "codes": 6, **options})
    teacher.fit(tiny_views(setting).observed, seed=seed)
    return teacher


def whole_step() -> MiniBatch:
    observed = tiny_views().observed
    block = NeighbourSampler(observed.graph.adjacency).full_block()
    return MiniBatch(
        observed.graph.features, [block] * 2, observed.train, observed.graph.labels[observed.train], observed.task
    )


def started(**options: Any) -> VQ:
    """The untrained network on the tiny graph, its codebook on k-means centres."""
    teacher = VQ(**{"encoder": ENCODER, "codes": 6, "edge_weight": 0.0, "feature_weight": 0.0, **options})
    torch.manual_seed(0)
    teacher.initialise(12, 3)
    graph = tiny_views().observed.graph
    teacher.on_fit_start(NeighbourSampler(graph.adjacency), graph.features, torch.Generator().manual_seed(0))
    return teacher


def loss_of(steps: int = 1, **options: Any) -> float:
    """Of the last of so many steps that change nothing (no optimiser moves, and the codebook stays)."""
    teacher = started(**{"codebook": "learnt", **options})
    values = [teacher.loss(whole_step(), torch.Generator().manual_seed(0)).item() for _ in range(steps)]
    return values[-1]


def test_loss_is_the_sum_that_the_docstring_says() -> None:
    teacher, step = started(codebook="learnt"), whole_step()
    logits, _ = teacher.module_(step.features, step.blocks)
    entropy = F.cross_entropy(logits[step.rows], step.labels).item()
    tokens = teacher.module_.tokens(step.features, step.blocks)
    vectors = teacher.module_.quantizer.weight[tokens.quantized.codes]
    apart = F.mse_loss(tokens.state, vectors).item()
    assert loss_of(commitment=2.0) == pytest.approx(entropy + 3 * apart, rel=1e-5)
    assert loss_of(commitment=2.0, codebook="ema") == pytest.approx(entropy + 2 * apart, rel=1e-5)


def test_features_and_edges_take_turns_with_twice_their_weight() -> None:
    teacher, step = started(codebook="learnt"), whole_step()
    vectors = teacher.module_.tokens(step.features, step.blocks).quantized.vectors
    decoder = teacher.module_.feature_decoder
    decoded = vectors @ decoder[:, :-1].T + decoder[:, -1]
    features = (1 - F.cosine_similarity(step.features, decoded)).square().mean().item()
    edges = teacher._edge_error(step, vectors, torch.Generator().manual_seed(0)).item()
    plain, both = loss_of(), {"feature_weight": 3.0, "edge_weight": 0.5, "gamma": 2.0}
    assert loss_of(1, **both) == pytest.approx(plain + 2 * 3.0 * features, rel=1e-4)
    assert loss_of(2, **both) == pytest.approx(plain + 2 * 0.5 * edges, rel=1e-4)
    assert loss_of(3, **both) == pytest.approx(loss_of(1, **both), rel=1e-5)


def test_codes_of_an_epoch_are_those_of_the_pass_that_validates() -> None:
    teacher, step = started(revive=False), whole_step()
    observed = tiny_views().observed
    found = infer(teacher.module_, NeighbourSampler(observed.graph.adjacency), observed.graph.features)
    found["code"] = (found["code"] + 1) % 6
    teacher.on_epoch_end(found, torch.Generator())
    teacher.loss(step, torch.Generator().manual_seed(0))
    assert torch.equal(teacher.assigned_, found["code"])


def test_sampled_training_visits_every_node_and_learns_without_labels_in_a_batch() -> None:
    teacher = fitted(encoder={**ENCODER, "fanouts": (3, 3), "batch_size": 7})
    assert torch.equal(teacher.input_nodes(tiny_views().observed), torch.arange(60))
    assert torch.isfinite(torch.tensor(teacher.history_.loss)).all()
    assert teacher.history_.loss[-1] < teacher.history_.loss[0]


@pytest.mark.parametrize("encoder", ["gcn", "sage", "gat"])
@pytest.mark.parametrize("options", [{}, {"geometry": "cosine"}, {"codebook": "learnt"}], ids=str)
def test_every_encoder_fills_its_codebook(encoder: str, options: dict[str, Any]) -> None:
    teacher = fitted(encoder={**ENCODER, "name": encoder, "epochs": 40}, codes=12, **options)
    kept = teacher.history_.best_epoch - 1
    assert teacher.history_.logged["utilisation"][kept] >= 0.8
    assert 1 <= teacher.history_.logged["perplexity"][kept] <= 12
    assert len(teacher.history_.logged["utilisation"]) == len(teacher.history_.valid)


def test_log_is_what_the_kept_epoch_uses() -> None:
    teacher = fitted(codes=12)
    knowledge = teacher.export(tiny_views().observed, ["code"])
    now = usage(knowledge["code"], 12)
    kept = teacher.history_.best_epoch - 1
    assert teacher.history_.logged["utilisation"][kept] == now.utilisation
    assert teacher.history_.logged["perplexity"][kept] == pytest.approx(now.perplexity)


@pytest.mark.parametrize("revive", [True, False])
def test_dead_codes_come_back_only_if_they_are_revived(revive: bool) -> None:
    teacher = started(revive=revive)
    graph = tiny_views().observed.graph
    found = infer(teacher.module_, NeighbourSampler(graph.adjacency), graph.features)
    found["code"] = torch.where(found["code"] == 2, 3, found["code"])  # nobody has code 2
    before = teacher.module_.quantizer.weight.clone()
    assert teacher.metrics(found)["utilisation"] == 5 / 6
    teacher.on_epoch_end(found, torch.Generator().manual_seed(0))
    assert torch.equal(teacher.module_.quantizer.weight[2], before[2]) != revive
    assert (teacher.assigned_ == 2).any() == revive


def test_reconstruction_makes_codes_tell_more() -> None:
    def errors(weight: float) -> tuple[float, float]:
        teacher = fitted(feature_weight=weight, edge_weight=weight, encoder={**ENCODER, "epochs": 80, "patience": 80})
        observed, module = tiny_views().observed, teacher.module_
        step = whole_step()
        vectors = module.tokens(step.features, step.blocks).quantized.vectors.detach()
        features = teacher._feature_error(step, vectors).item()
        edges = teacher._edge_error(step, vectors, torch.Generator().manual_seed(0)).item()
        assert observed.graph.num_nodes == vectors.size(0)
        return features, edges

    with_them, without = errors(1.0), errors(0.0)
    assert with_them[0] < without[0] - 0.1
    assert with_them[1] < without[1] - 0.05


def test_writes_codes_that_agree_with_each_other() -> None:
    for options in ({}, {"geometry": "cosine"}):
        knowledge = fitted(**options).export(tiny_views().observed, CODE_KEYS, how=Export(top=4))
        assert set(knowledge.values) == CODE_KEYS
        assert knowledge["codebook"].shape == (6, 8)
        assert knowledge["code_indices"].shape == knowledge["code_probabilities"].shape == (60, 4)
        assert torch.equal(knowledge["code_indices"][:, 0].long(), knowledge["code"])
        assert bool(knowledge["code_unit_length"]) == bool(options)
        lost = 1 - knowledge["code_probabilities"].double().sum(1)
        assert knowledge.card["codes"]["lost_mean"] == pytest.approx(lost.mean().item())
        assert knowledge.card["codes"]["lost_max"] == pytest.approx(lost.max().item())
        assert knowledge.card["codes"]["top"] == 4
        if options:
            torch.testing.assert_close(knowledge["codebook"].norm(dim=1), torch.ones(6))


def test_temperature_is_a_multiple_of_the_mean_distance() -> None:
    cool, warm = (fitted(temperature=t).export(tiny_views().observed, CODE_KEYS) for t in (0.5, 1.0))
    torch.testing.assert_close(2 * cool["code_temperature"], warm["code_temperature"])
    assert (cool["code_probabilities"][:, 0] >= warm["code_probabilities"][:, 0]).all()
    assert cool["code_probabilities"][:, 0].mean() > warm["code_probabilities"][:, 0].mean()


def test_a_code_for_every_node_is_no_division_by_zero() -> None:
    knowledge = fitted(codes=60).export(tiny_views().observed, CODE_KEYS)
    assert torch.isfinite(knowledge["code_probabilities"]).all()


HYPER_ENCODER = {"name": "hgnn", "hidden": 8, "dropout": 0.0, "epochs": 20}


def test_a_hypergraph_network_is_an_encoder_as_well() -> None:
    views = tiny_views(kind="hypergraph")
    teacher = VQ(encoder={**HYPER_ENCODER, "epochs": 60, "patience": 60}, codes=6)
    history = teacher.fit(views.observed)
    assert history.loss[58] < 0.8 * history.loss[0]  # both are steps that reconstruct features
    assert history.logged["utilisation"][history.best_epoch - 1] >= 0.8
    knowledge = teacher.export(views.observed, teacher.provides, how=Export(top=4, draws=2))
    assert set(knowledge.values) == teacher.provides > CODE_KEYS
    assert knowledge["codebook"].shape == (6, 8)
    assert torch.equal(knowledge["code_indices"][:, 0].long(), knowledge["code"])
    assert knowledge["code"].unique().numel() > 1


def test_edges_of_a_hypergraph_are_pairs_that_share_a_hyperedge() -> None:
    """What the edge decoder learns from: the loss of one step, with the pairs drawn from hyperedges by hand."""
    observed = tiny_views(kind="hypergraph").observed
    assert isinstance(observed.graph, HypergraphData)
    teacher = VQ(encoder=HYPER_ENCODER, codes=6, edge_weight=2.0, feature_weight=0.0, codebook="learnt")
    torch.manual_seed(0)
    teacher.initialise(12, 3)
    sampler = teacher.sampler(observed.graph)
    teacher.on_fit_start(sampler, observed.graph.features, torch.Generator().manual_seed(0))
    block = sampler.full_block()
    step = MiniBatch(
        observed.graph.features, [block] * 2, observed.train, observed.graph.labels[observed.train], observed.task
    )
    plain, with_edges = (teacher.loss(step, torch.Generator().manual_seed(5)).item() for _ in range(2))
    linked, others = block.sample_pairs(teacher.pairs, torch.Generator().manual_seed(5))
    decoded = teacher.module_.edge_decoder(teacher.module_.tokens(step.features, step.blocks).quantized.vectors)
    cosine = F.cosine_similarity(decoded[:, None], decoded[None, :], dim=-1)
    loss = F.softplus(-5 * cosine[linked[0], linked[1]]).mean() + F.softplus(5 * cosine[others[0], others[1]]).mean()
    assert with_edges - plain == pytest.approx(2 * 2.0 * 0.5 * loss.item(), rel=1e-4)
    members = observed.graph.members.to_dense()
    share = members.T @ members
    assert (share[linked[0], linked[1]] > 0).all()
    assert (share[others[0], others[1]] == 0).all()


def test_an_encoder_says_which_data_are_read() -> None:
    with pytest.raises(DataError, match="teacher 'hgnn' works on a hypergraph, and tiny is a graph"):
        VQ(encoder=HYPER_ENCODER).fit(tiny_views().observed)
    with pytest.raises(DataError, match="teacher 'vq' works on a graph, and tiny hypergraph is a hypergraph"):
        VQ().check_reads(tiny_hypergraph())


class Residual(GCN):
    """A network from outside the package."""

    name = "residual"


def test_a_network_of_ones_own_is_an_encoder_as_well() -> None:
    teacher = VQ(encoder=Residual(hidden=8, epochs=2), codes=6)
    teacher.fit(tiny_views().observed)
    assert isinstance(teacher.network, Residual)
    assert VQ(encoder=teacher.encoder, codes=6) == teacher
    assert VQ.wrapping(Residual(hidden=8).spec()) is not None


def test_codes_come_from_the_observed_graph_alone() -> None:
    teacher, views = fitted(setting="inductive"), tiny_views("inductive")
    knowledge = teacher.export(views.observed, CODE_KEYS)
    assert torch.equal(knowledge.node_ids, views.observed.node_ids)
    full = teacher.evaluate(views.full.graph)["code"][views.observed.node_ids]
    assert torch.equal(knowledge["code"], teacher.evaluate(views.observed.graph)["code"])
    assert not torch.equal(knowledge["code"], full)  # else the two would not be told apart


def test_storing_few_codes_of_many_is_small() -> None:
    """169,343 nodes and 32,768 codes of width 256 at top 32: what one node and one code take, times their number."""
    knowledge = fitted().export(tiny_views().observed, CODE_KEYS, how=Export(top=4))
    per_entry = sum(knowledge[key].element_size() for key in ("code_indices", "code_probabilities"))
    per_node = 32 * per_entry + knowledge["code"].element_size()
    total = 169_343 * per_node + 32_768 * 256 * knowledge["codebook"].element_size()
    assert total < 100 * 2**20


def test_isolated_graph_parts_and_sparse_features_are_tokenised() -> None:
    observed = views_of(tiny_graph(sparse=True)).observed
    graph = replace(observed.graph, edge_index=observed.graph.edge_index[:, :0])
    teacher = VQ(encoder={**ENCODER, "epochs": 3}, codes=6)
    teacher.fit(replace(observed, graph=graph))
    assert torch.isfinite(teacher.predict(graph)).all()


def test_recipes_reach_encoder_and_tokenizer() -> None:
    recipe = {"sage": {"hidden": 32, "lr": 0.5}, "vq": {"codes": 77}}
    spec = VQ.with_recipe(Spec("vq", encoder={"name": "sage", "lr": 0.25}), recipe)
    assert spec.options == {"codes": 77, "encoder": {"name": "sage", "hidden": 32, "lr": 0.25}}
    assert VQ.with_recipe(Spec("vq", codes=5), {}).options == {"codes": 5, "encoder": {"name": "gcn"}}


def test_a_teacher_that_lacks_codes_is_wrapped() -> None:
    assert providing(Spec("gat", heads=2), {"logits"}) == Spec("gat", heads=2)
    assert providing(Spec("hgnn"), {"codebook"}) == Spec("vq", encoder={"name": "hgnn"})
    wrapped = providing(Spec("gat", heads=2), {"logits", "codebook"})
    assert wrapped == Spec("vq", encoder={"name": "gat", "heads": 2})
    assert VQ.wrapping(Spec("vq")) is None
    with pytest.raises(ConfigError, match="teacher 'gcn' does not provide 'dreams'"):
        providing(Spec("gcn"), {"dreams"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoder": "vq"}, r"teacher\.encoder: expected one of gat, gcn, hgnn, hgnn_plus, sage, unigcn, got 'vq'"),
        ({"encoder": "gnc"}, r"unknown teacher 'gnc'; did you mean 'gcn'"),
        ({"encoder": {"name": "gcn", "hiden": 3}}, r"no option 'hiden'; did you mean 'hidden'"),
        ({"codes": 1}, r"teacher\.codes: expected at least 2, got 1"),
        ({"after": 2}, r"teacher\.after: expected a hidden layer of the encoder, 1\.\.1, got 2"),
        ({"after": 0}, r"teacher\.after: expected at least 1, got 0"),
        ({"gamma": 0.5}, r"teacher\.gamma: expected at least 1, got 0\.5"),
        ({"decay": 1.0}, r"teacher\.decay: expected a number from 0 to below 1, got 1\.0"),
        ({"temperature": 0.0}, r"teacher\.temperature: expected a positive number, got 0\.0"),
        ({"edge_weight": -1.0}, r"teacher\.edge_weight: expected at least 0, got -1\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("vq", **options).build(TEACHERS)
