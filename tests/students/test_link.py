"""Students of links: any student embeds, any decoder scores."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.decoders import DECODERS
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.students import STUDENTS, LinkStudent
from tests.tiny import small


@pytest.mark.parametrize("name", [name for name, kind in STUDENTS.classes.items() if not kind.needs_graph])
@pytest.mark.parametrize("decoder", DECODERS.names())
def test_any_student_embeds_and_any_decoder_scores(name: str, decoder: str) -> None:
    student = LinkStudent(small(STUDENTS, name), decoder, width=6)
    network = student.network(num_features=7, num_classes=1).eval()
    assert isinstance(network, LinkNetwork)
    x = torch.rand(5, 7)
    z = network(x).hidden
    assert z.shape == (5, student.hidden)
    torch.testing.assert_close(network(CSR.from_dense(x)).hidden, z)
    assert network.score(z[:2], z[2:4]).shape == (2,)
    torch.testing.assert_close(network.score(z[:2], z[2:4]), network.score(z[2:4], z[:2]))


def test_a_spec_builds_it_again() -> None:
    student = LinkStudent({"name": "mlp", "hidden": 8, "input_dropout": 0.25}, {"name": "hadamard", "hidden": 4}, 16)
    again = Spec.parse(student.spec().to_dict()).build(STUDENTS)
    assert again == student
    assert again.spec().options["student"]["input_dropout"] == 0.25


def test_it_is_no_student_of_the_registry() -> None:
    assert all(cls is not LinkStudent for cls in STUDENTS.classes.values())


def test_what_the_embedder_does_in_training_is_done() -> None:
    torch.manual_seed(0)
    network = LinkStudent({"name": "mlp", "hidden": 8, "dropout": 0.0, "input_dropout": 0.5}, "dot", 4).network(20, 1)
    x = torch.ones(3, 20)
    assert not torch.equal(network.train()(x).hidden, network(x).hidden)
    assert torch.equal(network.eval()(x).hidden, network(x).hidden)


def test_mistakes_are_named() -> None:
    with pytest.raises(UnknownNameError, match="unknown decoder 'hadamar'; did you mean 'hadamard'"):
        LinkStudent(decoder="hadamar")
    with pytest.raises(UnknownNameError, match="unknown student 'mpl'"):
        LinkStudent("mpl")
    with pytest.raises(ConfigError, match="student.width: expected at least 1, got 0"):
        LinkStudent(width=0)
