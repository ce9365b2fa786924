import pytest

from gnn2mlp.knowledge import KEYS, Key


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_every_key_is_described(key: Key) -> None:
    assert KEYS[key.name] is key
    assert key.per_node == ("nodes" in key.axes)
    assert not key.per_node or key.axes[0] == "nodes"
    assert key.meaning
    assert not key.meaning.endswith(".")


def test_the_words_that_every_teacher_speaks() -> None:
    assert KEYS["logits"].axes == ("nodes", "classes")
    assert KEYS["hidden"].axes == ("nodes", "hidden")


def test_the_keys_whose_values_are_ids_of_nodes() -> None:
    assert {name for name, key in KEYS.items() if key.refers} == {"context_ids"}
    assert all(KEYS[name].on_demand for name in KEYS if "context" in name)
