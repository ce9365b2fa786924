"""A difference of two configurations on the same judges: against a slow bootstrap, and by hand."""

from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.pipeline.searching.chance import Difference, difference
from gnn2mlp.pipeline.searching.judging import Judged
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals


class Said:
    """Answers that are right or wrong as is said, in place of trained students."""

    def __init__(self, rehearsals: Rehearsals, right: dict[str, float]):
        self.rehearsals = rehearsals
        self.right = right
        self.split = rehearsals.split

    def judged(self, config: Any, number: int) -> Judged:
        labels = self.split(number).truth.labels
        random = np.random.default_rng([number, sum(map(ord, config))])
        hit = torch.from_numpy(random.random(len(labels)) < self.right[config])
        said = torch.where(hit, labels, (labels + 1) % 3)
        return Judged(torch.nn.functional.one_hot(said, 3).float(), torch.zeros(7, 3), {})


def test_the_difference_is_that_of_the_scores(rehearsals: Rehearsals):
    said: Any = Said(rehearsals, {"ours": 0.9, "theirs": 0.3})
    found = difference(said, "ours", "theirs", range(4))  # type: ignore[arg-type]
    scores = {
        name: np.mean([
            said.judged(name, n).score(rehearsals.split(n).truth) for n in range(4)
        ])
        for name in ("ours", "theirs")
    }  # fmt: skip
    assert found.value == pytest.approx(scores["ours"] - scores["theirs"])
    assert found.nodes == rehearsals.outer[0][1].valid.numel()


def test_the_error_is_that_of_clustered_nodes(rehearsals: Rehearsals):
    """For a mean over nodes the bootstrap comes close to the standard error of each node's part of the mean."""
    said: Any = Said(rehearsals, {"ours": 0.8, "theirs": 0.5})
    found = difference(said, "ours", "theirs", range(4))  # type: ignore[arg-type]
    parts: dict[int, float] = {}
    for number in range(4):
        split = rehearsals.split(number)
        right = [said.judged(n, number).outputs.argmax(1) == split.truth.labels for n in ("ours", "theirs")]
        for node, gap in zip(split.judges.tolist(), (right[0].double() - right[1].double()).tolist(), strict=True):
            parts[node] = parts.get(node, 0.0) + gap / len(split.judges) / 4
    each = np.array([*parts.values()])
    assert found.error == pytest.approx(np.sqrt(len(each)) * each.std(ddof=1), rel=0.25)


def test_the_same_configuration_does_not_differ(rehearsals: Rehearsals):
    said: Any = Said(rehearsals, {"ours": 0.5})
    found = difference(said, "ours", "ours", range(2))  # type: ignore[arg-type]
    assert (found.value, found.error) == (0.0, 0.0)
    assert not found.beyond()


def test_more_looks_need_a_larger_difference():
    found = Difference(0.03, 0.01, 1001)
    # t with 1000 degrees of freedom: 1.962 at 0.975, and 3.300 at 1 - 0.05 / 100.
    assert found.reach() == pytest.approx(0.01962, abs=1e-5)
    assert found.reach(50) == pytest.approx(0.0330, abs=1e-4)
    assert found.beyond()
    assert not found.beyond(50)
    assert not Difference(1.0, 0.0, 1).beyond()
