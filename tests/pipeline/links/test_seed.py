from collections.abc import Callable
from dataclasses import replace

import torch

from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.seed import LinkSeed, plan

Make = Callable[..., LinkSeed]


def test_nothing_is_made_before_it_is_asked_for(make_link_seed: Make, link_settings) -> None:
    seed = make_link_seed()
    assert seed.record.identity != seed.student.identity
    assert not link_settings["cache"].exists()
    assert not link_settings["out"].exists()


def test_each_seed_has_a_split_and_a_teacher_of_its_own(make_link_job: Callable[..., Job]) -> None:
    first, second = (plan(make_link_job(), number) for number in (0, 1))
    assert first.split.digest != second.split.digest
    assert first.teacher.identity != second.teacher.identity


def test_the_teacher_is_kept_for_every_method_that_reads_the_same_of_it(make_link_seed: Make) -> None:
    one, other = make_link_seed(), make_link_seed(method={"name": "llp", "margin": 0.3})
    assert one.teacher.identity == other.teacher.identity
    assert one.knowledge is not None
    assert other.knowledge is not None
    assert one.knowledge.identity == other.knowledge.identity
    assert one.student.identity != other.student.identity
    assert make_link_seed(export={"contexts_near": 5}).teacher.identity == one.teacher.identity
    assert make_link_seed(task={"name": "link", "metric": "mrr"}).teacher.identity != one.teacher.identity


def test_a_method_without_a_teacher_writes_nothing_down(make_link_seed: Make) -> None:
    seed = make_link_seed(method="link_mlp")
    assert seed.knowledge is None
    assert seed.student.inputs["knowledge"] is seed.mlp.inputs["knowledge"] is None


def test_in_production_new_nodes_decide_nothing_of_any_training(make_link_job: Callable[..., Job]) -> None:
    job = make_link_job()
    before = plan(job, 0)
    new = before.split.new
    features, among = job.graph.features.clone(), torch.isin(job.graph.edge_index, new).all(0)
    features[new] = features[new].flip(1) + 3
    edges = job.graph.edge_index[:, ~among]  # and links among new nodes are gone
    after = plan(replace(job, graph=replace(job.graph, features=features, edge_index=edges)), 0)
    assert before.observed.digest == after.observed.digest
    for stage in ("teacher", "knowledge", "mlp", "student"):
        assert getattr(before, stage).identity == getattr(after, stage).identity
    assert before.record.identity != after.record.identity


def test_test_links_decide_nothing_of_any_training(make_link_job: Callable[..., Job]) -> None:
    seed = plan(make_link_job(setting="transductive"), 0)
    for inputs in (seed.teacher.inputs, seed.mlp.inputs, seed.student.inputs):
        assert not any(value is seed.full or value is seed.split for value in inputs.values())
    edges = {tuple(pair) for pair in seed.observed.graph.edge_index.T.tolist()}
    assert not edges & {tuple(pair) for pair in seed.split.test.tolist()}
    assert not edges & {tuple(pair) for pair in seed.split.valid.tolist()}


def test_another_initialisation_has_the_same_split_and_other_weights(make_link_seed: Make) -> None:
    first, second = make_link_seed(), make_link_seed(initialisation=1)
    assert first.split.digest == second.split.digest
    assert first.teacher.identity != second.teacher.identity
    assert first.student.identity != second.student.identity
