import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.evaluate.conditions import Conditions, groups_of, joined, words_of
from gnn2mlp.evaluate.slices import find_slices, halves


def _conditions(random: np.random.Generator, nodes: int, words: int = 30) -> tuple[np.ndarray, np.ndarray, Conditions]:
    part, degree = random.integers(5, size=nodes), random.integers(4, size=nodes)
    rows = sp.csr_matrix((random.random((nodes, words)) < 0.15).astype(float))
    texts = [f"class {k}" for k in range(5)], [f"degree {k}" for k in range(4)]
    parts = [groups_of("class", "class", part, texts[0]), groups_of("degree", "degree", degree, texts[1])]
    return part, degree, joined([*parts, words_of(rows, [f"word {k}" for k in range(words)])])


def test_in_noise_something_is_found_no_more_often_than_is_stated() -> None:
    found, proposed = [], 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        _, _, conditions = _conditions(random, 240)
        wrong = (random.random(240) < 0.25).astype(float)
        behind = random.choice([-1.0, 0.0, 1.0], 240, p=[0.1, 0.8, 0.1])
        slices = find_slices({"wrong": wrong, "behind": behind}, conditions, halves(240, seed), draws=199, seed=seed)
        found.append(any(one.holds for each in slices.values() for one in each))
        proposed += sum(map(len, slices.values()))
    assert proposed > 40  # the search does propose, and the test refuses
    assert np.mean(found) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 40)


def test_a_group_that_is_worse_is_found_and_its_figures_are_of_the_half_that_tests() -> None:
    random = np.random.default_rng(0)
    part, degree, conditions = _conditions(random, 2400)
    bad = (part == 2) & (degree == 1)
    wrong = (random.random(2400) < np.where(bad, 0.6, 0.1)).astype(float)
    first = halves(2400)
    one = find_slices({"wrong": wrong}, conditions, first)["wrong"][0]
    assert one.text == "class 2 and degree 1"
    assert one.holds
    assert one.nodes == (bad & ~first).sum()
    assert one.inside == pytest.approx(wrong[bad & ~first].mean())
    assert one.outside == pytest.approx(wrong[~bad & ~first].mean())
    assert one.low < one.difference < one.high


def test_correction_is_for_all_questions_together() -> None:
    random = np.random.default_rng(1)
    part, _, conditions = _conditions(random, 600)
    wrong = (random.random(600) < np.where(part == 3, 0.5, 0.1)).astype(float)
    noise = (random.random(600) < 0.3).astype(float)
    alone = find_slices({"a": wrong}, conditions, halves(600))["a"]
    both = find_slices({"a": wrong, "b": noise}, conditions, halves(600))
    assert [one.p for one in both["a"]] == [one.p for one in alone]
    assert both["a"][0].p_adjusted == pytest.approx(both["a"][0].p * (len(both["a"]) + len(both["b"])))


def test_a_question_is_of_the_nodes_that_have_a_value() -> None:
    random = np.random.default_rng(2)
    part, _, conditions = _conditions(random, 1200)
    wrong = np.where(random.random(1200) < 0.5, (part == 1) * 1.0, np.nan)
    one = find_slices({"wrong": wrong}, conditions, halves(1200))["wrong"][0]
    assert (one.text, one.inside, one.outside) == ("class 1", 1, 0)


def test_the_same_seed_finds_the_same() -> None:
    random = np.random.default_rng(3)
    _, _, conditions = _conditions(random, 300)
    values = {"a": random.random(300)}
    first = halves(300, 7)
    assert find_slices(values, conditions, first, draws=99) == find_slices(values, conditions, first, draws=99)
    assert first.sum() == 150
    assert not (halves(300, 8) == first).all()


def test_what_does_not_fit_is_refused() -> None:
    _, _, conditions = _conditions(np.random.default_rng(0), 100)
    with pytest.raises(DataError, match="same nodes"):
        find_slices({"a": np.zeros(99)}, conditions, halves(99))
    with pytest.raises(ConfigError, match="groups"):
        find_slices({"a": np.zeros(100)}, conditions, halves(100), groups=0)
