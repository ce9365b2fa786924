"""What all teachers of links promise is tested in tests/contracts/test_link_teachers.py; here is the rest."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.teachers import GCN, SAGE, TEACHERS, Link, providing
from gnn2mlp.teachers.sage import MeanConv
from tests.tiny import tiny_link_views

CONTEXTS = {"context_ids", "context_scores", "context_draws"}


def test_a_network_of_nodes_becomes_its_encoder() -> None:
    assert providing(Spec("sage"), CONTEXTS) == Spec("link", encoder={"name": "sage"})
    spec = providing(Spec("gcn", layers=3, lr=0.001, width=32, mask_target=True), CONTEXTS | {"hidden"})
    made = spec.build(TEACHERS)
    assert isinstance(made, Link)
    assert (made.encoder["name"], made.encoder["layers"], made.lr, made.width) == ("gcn", 3, 0.001, 32)
    assert made.mask_target
    assert providing(spec, CONTEXTS) == spec


def test_a_teacher_of_nodes_stays_one_for_what_nodes_have_too() -> None:
    assert providing(Spec("sage"), {"hidden"}) == Spec("sage")
    assert providing(Spec("sage"), {"code", "logits"}).name == "vq"
    with pytest.raises(ConfigError, match="teacher 'hgnn' does not provide 'context_scores'.*link"):
        providing(Spec("hgnn"), {"context_scores"})


def test_only_networks_over_edges_are_encoders() -> None:
    for name in ("hgnn", "vq", "ensemble", "link"):
        with pytest.raises(ConfigError, match=f"teacher.encoder: expected one of appnp, gat, gcn, .*, got '{name}'"):
            Link(encoder=name)


def test_how_the_encoder_is_trained_is_said_beside_it() -> None:
    with pytest.raises(ConfigError, match="teacher.encoder.lr: how the encoder is trained .*; set teacher.lr"):
        Link(encoder={"name": "sage", "lr": 0.5})
    assert "lr" not in Link(encoder=SAGE(hidden=32)).encoder
    assert Spec("link").build(TEACHERS).encoder == Link().encoder


def test_where_the_encoder_is_silent_it_is_that_of_the_released_code() -> None:
    teacher = Link(width=12)
    assert (teacher.encoder["hidden"], teacher.encoder["aggregator"]) == (12, "mean")
    teacher.initialise(num_features=5)
    assert all(isinstance(conv, MeanConv) for conv in teacher.module_.embed.convs)
    said = Link(encoder={"name": "sage", "hidden": 7, "aggregator": "gcn"}, width=12)
    assert (said.encoder["hidden"], said.encoder["aggregator"]) == (7, "gcn")
    assert Link(encoder=GCN()).encoder["hidden"] == 128  # an object says all of its options


def test_epochs_are_its_own() -> None:
    assert Link.for_epochs(Spec("link", encoder="gcn"), 7).options["epochs"] == 7
    recipe = {"link": {"lr": 0.001}, "gcn": {"hidden": 3}}
    assert Link.with_recipe(Spec("link", encoder={"name": "gcn"}), recipe) == Spec(
        "link", lr=0.001, encoder={"name": "gcn"}
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "teacher.width: expected at least 1"),
        ({"clip": 0.0}, "teacher.clip: expected a positive number"),
        ({"decoder": "dott"}, "unknown decoder 'dott'; did you mean 'dot'"),
        ({"encoder": {"name": "sage", "hiden": 3}}, "did you mean 'hidden'"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Link(**options)


def test_teachers_of_nodes_refuse_links_in_a_sentence() -> None:
    views = tiny_link_views()
    message = "teacher 'sage' answers for a node, .* 'link', asks for a pair; expected one of .*link.* as teacher"
    for attempt in (
        lambda: SAGE().fit(views.observed),
        lambda: SAGE().check_reads(views.full.graph),
        lambda: TEACHERS.get("ensemble")(members=["sage"]).fit(views.observed),
    ):
        with pytest.raises(DataError, match=message.replace("'sage'", "'(sage|ensemble)'")):
            attempt()


def test_hidden_are_the_embeddings_that_the_decoder_scores() -> None:
    views = tiny_link_views()
    teacher = Link(encoder={"name": "sage", "hidden": 8}, width=8, decoder="dot", epochs=3)
    teacher.fit(views.observed)
    z = teacher.export(views.observed, ["hidden"])["hidden"]
    pairs = views.observed.valid_pairs
    expected = (z[pairs[:, 0]] * z[pairs[:, 1]]).sum(1)
    torch.testing.assert_close(teacher.score_pairs(views.observed.graph, pairs), expected)


def test_it_teaches_without_dropout() -> None:
    views = tiny_link_views()
    teacher = Link(encoder={"name": "sage", "dropout": 0.9}, decoder={"name": "hadamard", "dropout": 0.9}, epochs=2)
    teacher.fit(views.observed)
    pairs = views.full.split.test
    assert torch.equal(teacher.score_pairs(views.full.graph, pairs), teacher.score_pairs(views.full.graph, pairs))


def test_the_task_s_metric_chooses_the_epoch() -> None:
    views = tiny_link_views(nodes=120)
    teacher = Link(encoder={"name": "sage", "hidden": 8}, width=8, epochs=12, lr=0.05)
    history = teacher.fit(views.observed)
    assert history.valid[history.best_epoch - 1] == max(history.valid)
    pairs = torch.cat([views.observed.valid_pairs, views.observed.valid_negatives])
    labels = torch.zeros(len(pairs))
    labels[: len(views.observed.valid_pairs)] = 1
    again = views.observed.task.score(teacher.score_pairs(views.observed.graph, pairs), labels)
    assert again == pytest.approx(max(history.valid))
