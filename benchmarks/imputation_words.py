"""The figures of `docs/neighbour_imputation.md`, from the result files of the method and of the trials before it."""

from collections.abc import Mapping, Sequence
from typing import Any

import imputation
from figures import markdown
from imputation import AVERAGED, FULL, GLNN, Setup, outcomes

from gnn2mlp.evaluate import paired
from gnn2mlp.studies import ledger

TRIALS = imputation.HERE / "results" / "imputation_trials.jsonl"
# A student of the page -> its trial on hidden nodes.
STUDENTS = {
    "own words": "net base",
    "and expected ones": "net h64 lin cf lam10 x4 ed.5 noidf",
    "weighed by inverse document frequency": "net h64 lin cf lam10 x4 ed.5",
    "the same, rows not cross-fitted": "net h64 lin in lam10 x4 ed.5",
    "of unit length, which cannot be folded": "net cross r128 x3",
    "three students averaged": "avg 3 nets",
}
KERNELS = {"own words": "krr words 2", "and expected ones": "krr wordmap K1 lam1"}
# The method in both sizes.
WHOLE = {FULL: "one student", AVERAGED: "three students averaged"}
# Rows that leave out one part.
PARTS = {
    "without expected features": "expected features",
    "rows not cross-fitted": "cross-fitting",
    "labels not sharpened": "sharpened labels",
    "no feature dropped": "dropped features",
    "weights not averaged": "averaged weights",
}


def worth() -> str:
    """A line for each setup and size of the method beside GLNN, and one for each part, on unseen nodes."""
    lines = ledger.read(imputation.RESULTS)
    setups = [setup for setup in sorted({Setup.of(line) for line in lines}) if setup.setting == "inductive"]
    whole = [told for setup in setups for row in WHOLE if (told := _whole(lines, setup, row))]
    parts = [f"- **{part.capitalize()}**: {_part(lines, setups, row)}." for row, part in PARTS.items()]
    head = "Beside GLNN's published settings with the same teacher, on unseen nodes, in points of accuracy:"
    return "\n".join([head, "", *whole, "", "What each part of one student adds:", "", *parts])


def _whole(lines: Sequence[Mapping[str, Any]], setup: Setup, row: str) -> str:
    """Empty for fewer than two splits."""
    ours, glnn = (outcomes(lines, setup, name, "unseen") for name in (row, GLNN))
    shared = {one.seed for one in ours} & {one.seed for one in glnn}
    if len(shared) < 2:
        return ""
    found = paired(ours, glnn)
    verdict = "" if found.differs else "; the interval holds 0, so that it may not be called better yet"
    if found.differs and found.difference < 0:
        verdict = "; it is worse"
    return f"- {setup.dataset}, teacher `{setup.teacher}`, {WHOLE[row]}: {_points(found)} on {found.n} splits{verdict}."


def _part(lines: Sequence[Mapping[str, Any]], setups: Sequence[Setup], row: str) -> str:
    told = []
    for setup in setups:
        without = outcomes(lines, setup, row, "unseen")
        if len(without) > 1:
            seeds = {one.seed for one in without}
            whole = [one for one in outcomes(lines, setup, FULL, "unseen") if one.seed in seeds]
            told.append(f"{_points(paired(whole, without))} on {len(without)} splits of {setup.dataset}")
    return "; ".join(told) or "not measured yet"


def _points(found: Any) -> str:
    return f"{100 * found.difference:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"


def trials() -> str:
    """The table of students on hidden nodes."""
    found = _by_name()
    body = [[student, *_cells(found[trial])] for student, trial in STUDENTS.items()]
    return markdown(["student of four averaged `grand` teachers", "trial", "accuracy", "cross-entropy", "agrees"], body)


def kernels() -> str:
    """A sentence on kernel ridge regression."""
    own, expected = (_by_name()[trial] for trial in KERNELS.values())
    return (
        f"Kernel ridge regression on TF-IDF (`{own['trial']}`) agrees with the teacher on "
        f"{100 * own['agreement_with_teacher']:.1f} %, with expected words (`{expected['trial']}`) on "
        f"{100 * expected['agreement_with_teacher']:.1f} %."
    )


def _by_name() -> dict[str, dict[str, Any]]:
    """The last look at each trial of cpf-cora."""
    return {line["trial"]: dict(line) for line in ledger.read(TRIALS) if line["dataset"] == "cpf-cora"}


def _cells(line: Mapping[str, Any]) -> list[str]:
    scores = (f"{100 * line['hidden_accuracy']:.1f}", f"{line['hidden_loss']:.3f}".lstrip("0"))
    return [f"`{line['trial']}`", *scores, f"{100 * line['agreement_with_teacher']:.1f}"]
