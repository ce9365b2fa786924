"""What objectives need, in words that are checked."""

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import knowledge_needs, parse_needs


def test_needs_are_sorted_out() -> None:
    found = parse_needs({"logits", "hidden", "assistant.logits", "hyperedges", "all_rows"})
    assert found.knowledge == {"teacher": {"logits", "hidden"}, "assistant": {"logits"}}
    assert found.links == {"hyperedges"}
    assert found.all_rows
    assert parse_needs(()) == ({}, frozenset(), False, False, False)
    assert parse_needs(iter(["logits", "all_rows"])) == ({"teacher": {"logits"}}, frozenset(), True, False, False)
    assert parse_needs({"adjacency", "all_features"}) == ({}, {"adjacency"}, False, True, False)
    assert parse_needs({"pairs", "context_ids"}) == ({"teacher": {"context_ids"}}, frozenset(), False, False, True)


def test_keys_of_one_table() -> None:
    needs = {"logits", "assistant.hidden", "neighbours"}
    assert knowledge_needs(needs) == {"logits"}
    assert knowledge_needs(needs, "assistant") == {"hidden"}
    assert knowledge_needs(needs, "nobody") == frozenset()


@pytest.mark.parametrize(
    ("word", "meant"), [("logit", "logits"), ("assistant.hiden", "hidden"), ("neighbors", "neighbours")]
)
def test_an_unknown_word_is_refused_with_the_nearest(word: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown need '{word}'; did you mean '{meant}'"):
        parse_needs({word})
