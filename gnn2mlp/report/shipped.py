"""What a run leaves in `student/`, and where its figures were measured, in a sentence each."""

from gnn2mlp.explore.formatting import plural
from gnn2mlp.report.results import Results


def shipped_line(results: Results) -> str:
    """Which labels trained the student that ships, and what its scores are; nothing for results that do not say."""
    about = results.get("student") or {}
    if "labels" not in about:
        return ""
    if "refit" not in about:
        return (
            f"This run is for scores: the student in {about['path']}/ is that of seed {about['seed']} and learnt from "
            f"{about['labels']:,} of {plural(about['known'], 'label')}; refit: true trains it on all."
        )
    refit = about["refit"]
    return (
        f"The student in {about['path']}/ learnt from all {plural(about['labels'], 'label')}, for {_epochs(refit)} as "
        f"validation chose in {plural(len(refit['seeds']), 'seed')}; it has no test score of its own: those of the "
        "seeds estimate it."
    )


def _epochs(refit: Results) -> str:
    teacher, student = refit["epochs"].get("teacher"), refit["epochs"]["student"]
    return plural(student, "epoch") if teacher is None else f"{student} epochs (teacher {teacher})"


def environments_line(results: Results) -> str:
    """That figures were measured in several environments; nothing where there is one."""
    count = len(results.get("environments") or [])
    return f"Figures were measured in {count} environments; results.json says which in which." if count > 1 else ""
