"""The chosen composition beside GLNN's published row and the best published figures without a graph."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from figures import markdown, outcomes, percent
from rows import rows as board

from gnn2mlp.evaluate import Outcome, Paired, paired


class Target(NamedTuple):
    """What is to be reached on some nodes.

    Args:
        dataset: name.
        setting: `"inductive"`, scored on unseen nodes, or `"transductive"`.
        published: the best accuracy in per cent that a paper reports for a student without a graph; `None`: none.
        wanted: accuracy in per cent.
        teacher: of the chosen composition.
    """

    dataset: str
    setting: str
    published: float | None
    wanted: float | None
    teacher: str

    @property
    def population(self) -> str:
        """Whom it speaks of."""
        return "unseen" if self.setting == "inductive" else "seen"


GRAND, MEAN = "4 grand", "gcn + sage"
TARGETS = (
    Target("cpf-cora", "inductive", 75.90, 78.5, GRAND),
    Target("cpf-citeseer", "inductive", 71.85, 74.0, GRAND),
    Target("cpf-cora", "transductive", 83.04, 85.5, GRAND),
    Target("cpf-citeseer", "transductive", 74.51, 77.0, GRAND),
    Target("cpf-a-photo", "inductive", 91.18, 92.0, MEAN),
    Target("cpf-a-photo", "transductive", 93.36, 94.0, MEAN),
    Target("cpf-a-computer", "inductive", 82.67, 84.0, MEAN),
    Target("cpf-a-computer", "transductive", 84.04, 85.5, MEAN),
    Target("coauthor-cs", "inductive", None, None, "gcn + appnp"),
)
HEADER: tuple[str, ...] = (
    "",
    "teacher",
    "its accuracy",
    "best published",
    "to reach",
    "measured",
    "GLNN of SAGE",
    "difference",
)
HEADER += ("GLNN of that teacher", "difference")


class Scored(NamedTuple):
    """Outcomes on the splits of a target: of the composition, of its teacher, and of plain GLNN with that teacher."""

    ours: Sequence[Outcome]
    teacher: Sequence[Outcome]
    glnn: Sequence[Outcome]


def table(scored: Mapping[Target, Scored]) -> str:
    """A line for each target of which something was measured."""
    return markdown(HEADER, (_line(target, scored[target]) for target in TARGETS if target in scored))


def _line(target: Target, scored: Scored) -> list[str]:
    ours, teacher, same = scored
    glnn = _published(target, {one.seed for one in ours})
    return [
        f"{target.dataset}, {'unseen' if target.population == 'unseen' else 'transductive'}",
        target.teacher,
        percent(one.score for one in teacher),
        "" if target.published is None else f"{target.published:.2f}",
        "GLNN + 2" if target.wanted is None else f"{target.wanted:.1f}",
        f"{percent(one.score for one in ours)} ({len(ours)})",
        percent(one.score for one in glnn),
        difference(paired(ours, glnn)),
        percent(one.score for one in same),
        difference(paired(ours, same)),
    ]


def _published(target: Target, seeds: Iterable[int]) -> list[Outcome]:
    (row,) = board(f"zhang2022_glnn_{target.dataset}_{target.setting}")
    found = outcomes(row, "student", "unseen" if target.setting == "inductive" else "test")
    return [one for one in found if one.seed in set(seeds)]


def difference(found: Paired) -> str:
    """In points, with its interval where there is one, bold where it excludes 0."""
    mark = "**" if found.differs else ""
    shown = f"{mark}{100 * found.difference:+.2f}{mark}"
    return shown if not found.has_interval else f"{shown} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"
