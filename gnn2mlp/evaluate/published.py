"""Figures that papers report, for runs to be compared with: one place, for the leaderboard and for reports alike."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml


class Published(NamedTuple):
    """What a paper, or a re-run of it, reports of a method on a data set.

    Args:
        name: `<author><year>_<method>_<dataset>_<setting>`, as the leaderboard has it.
        source: where the figures stand, and how they were made.
        method: by its registered name.
        teacher: that the figures were made with.
        dataset: by its registered name.
        setting: `"transductive"` or `"inductive"`.
        scores: by model and population, the mean, and the standard deviation where it is told; in per cent.
    """

    name: str
    source: str
    method: str
    teacher: str
    dataset: str
    setting: str
    scores: Mapping[str, Mapping[str, Sequence[float]]]


@cache
def published() -> tuple[Published, ...]:
    """All figures that the package knows of.

    Example:
        >>> {one.setting for one in published()} == {"transductive", "inductive"}
        True
    """
    text = (resources.files("gnn2mlp.evaluate") / "published.yaml").read_text(encoding="utf-8")
    return tuple(Published(source=group["source"], **row) for group in yaml.safe_load(text) for row in group["rows"])


def published_of(method: str, dataset: str, setting: str) -> Published | None:
    """What is reported of a method on a data set in a setting; `None` where nothing is.

    Example:
        >>> found = published_of("glnn", "cpf-cora", "inductive")
        >>> found.teacher, found.scores["student"]["unseen"]
        ('sage', [73.82, 1.93])
    """
    wanted = (method, dataset, setting)
    return next((one for one in published() if (one.method, one.dataset, one.setting) == wanted), None)
