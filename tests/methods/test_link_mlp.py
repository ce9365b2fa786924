"""The baseline of links without a teacher."""

from gnn2mlp.methods import LinkMLP
from gnn2mlp.objectives import LinkLabels


def test_it_learns_from_links_alone() -> None:
    ((weight, term),) = LinkMLP().build_objective().terms()
    assert (weight, term.spec()) == (1.0, LinkLabels().spec())
    assert not LinkMLP().teacher_keys
    assert LinkMLP().unit == "pair"
