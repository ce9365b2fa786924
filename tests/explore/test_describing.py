import numpy as np
import scipy.sparse as sp

from gnn2mlp.explore.describing import describe_features, describe_table, nothing


def test_words_become_conditions_and_a_text_of_the_rarest() -> None:
    random = np.random.default_rng(0)
    rows = (random.random((200, 4)) < [0.2, 0.3, 0.9, 0.01]).astype(float)
    rows[0] = [1, 1, 1, 0]
    for features in (rows, sp.csr_matrix(rows)):
        found = describe_features(features * 0.5, ["gene", "cell", "the", "rare"])
        assert found.conditions.texts == ("it has gene", "it has cell")
        assert found.texts[0] == "cell, gene, the"
        assert found.conditions.holds.sum() == rows[:, :2].sum()


def test_dense_numbers_are_cut_into_parts_and_the_most_unusual_are_shown() -> None:
    rows = np.random.default_rng(0).normal(size=(80, 3)) + 5
    rows[3] = [99, 5, 5]
    found = describe_features(rows)
    assert len(found.conditions) == 12
    assert found.conditions.attributes[0] == "feature 0"
    assert found.texts[3].startswith("feature 0: 99;")


def test_every_kind_of_column_is_read() -> None:
    random = np.random.default_rng(0)
    table = {
        "kind": random.choice(["bar", "shop"], 120).tolist(),
        "likes": [None, *random.integers(1000, size=119).tolist()],
        "open": (random.random(120) < 0.5).tolist(),
        "since": [np.datetime64("2020-01-01") + int(k) for k in random.integers(900, size=120)],
        "tags": [["red", "blue"] if k % 3 else ["green"] for k in range(120)],
        "about": [f"word{k} house" if k % 4 else f"word{k} garden" for k in range(120)],
        "place": [[float(k), 1.0] for k in range(120)],
    }
    found = describe_table(table)
    texts = found.conditions.texts
    assert {"kind is bar", "kind is shop", "likes is missing", "open is True", "tags has green"} <= set(texts)
    assert {"about has garden"} <= set(texts)
    assert sum(text.startswith("since is") for text in texts) == 4
    assert not any("place" in text for text in texts)
    assert found.texts[0].startswith(f"kind: {table['kind'][0]}; open: ")
    assert "likes" in found.texts[1]
    since = [k for k, text in enumerate(texts) if text.startswith("since")]
    assert (np.asarray(found.conditions.holds[:, since].sum(axis=1)) == 1).all()


def test_some_rows_of_a_table_are_described_alone() -> None:
    table = {"kind": ["a", "b"] * 10, "likes": list(range(20))}
    found = describe_table(table, np.array([1, 3]))
    assert found.texts == ["kind: b; likes: 1", "kind: b; likes: 3"]
    assert found.conditions.holds.shape[0] == 2


def test_no_condition_is_a_condition_table_too() -> None:
    assert len(nothing(3)) == 0
    assert nothing(3).holds.shape == (3, 0)
