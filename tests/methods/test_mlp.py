"""The baseline: no teacher."""

from gnn2mlp.methods.mlp import MLPBaseline


def test_learns_from_labels_alone() -> None:
    assert MLPBaseline().teacher_keys == frozenset()
    assert [t.objective.name for t in MLPBaseline().build_objective().terms()] == ["hard_labels"]
