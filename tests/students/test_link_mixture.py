"""Several students of links as one."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.students import STUDENTS, LinkMixture, LinkStudent

MEMBER = LinkStudent({"name": "mlp", "hidden": 8}, {"name": "hadamard", "hidden": 6}, width=4)


def test_it_is_a_network_of_links_whose_embeddings_lie_side_by_side() -> None:
    student = LinkMixture(MEMBER, members=3)
    network = student.network(5, 1).eval()
    assert isinstance(network, LinkNetwork)
    x = torch.rand(6, 5)
    z = network(x).hidden
    assert z.shape == (6, student.hidden) == (6, 12)
    torch.testing.assert_close(network.score(z[:3], z[3:]), network.score(z[3:], z[:3]))


def test_networks_that_are_there_become_its_parts() -> None:
    networks = [MEMBER.build(5, 1).eval() for _ in range(2)]
    both, x = LinkMixture(MEMBER, members=2).of(networks).eval(), torch.rand(6, 5)
    z, apart = both(x).hidden, [network(x).hidden for network in networks]
    assert torch.equal(z, torch.cat(apart, dim=1))
    said = [network.score(own[:3], own[3:]) for network, own in zip(networks, apart, strict=True)]
    torch.testing.assert_close(both.score(z[:3], z[3:]), (said[0] + said[1]) / 2)  # before it learns, their mean


def test_a_spec_builds_it_again() -> None:
    student = LinkMixture(MEMBER, members=2, gate=16, frozen=True)
    assert Spec.parse(student.spec().to_dict()).build(STUDENTS) == student


def test_members_may_drop_values_of_a_row() -> None:
    member = LinkStudent({"name": "mlp", "hidden": 8, "dropout": 0.0, "input_dropout": 0.5}, "dot", 4)
    x = torch.ones(3, 20)
    network = LinkMixture(member, members=2).network(20, 1).train()
    assert not torch.equal(network(x).hidden, network(x).hidden)
    frozen = LinkMixture(member, members=2, frozen=True).network(20, 1).train()
    assert torch.equal(frozen(x).hidden, frozen(x).hidden)


def test_members_are_students_of_links() -> None:
    with pytest.raises(ConfigError, match="scores two embeddings, got 'mlp'; take LinkStudent"):
        LinkMixture("mlp")
    with pytest.raises(ConfigError, match="student.members: expected at least 1, got 0"):
        LinkMixture(MEMBER, members=0)
