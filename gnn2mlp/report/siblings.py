"""Pages that lie beside the report of a run: links to those that are there, and a report that learns of new ones."""

from pathlib import Path
from typing import NamedTuple

from gnn2mlp.core.files import read_json, write_text

REPORT, RESULTS = "report.html", "results.json"
# File -> what it shows, in the order in which a reader wants them.
PAGES = {
    "disagreement.html": "Where student, teacher and plain MLP disagree",
    "map.html": "Map of the nodes",
    "codebook.html": "The codebook",
    "trust.html": "Which answers to trust",
    "explain.html": "Why the teacher says so",
    "unlearn.html": "What was forgotten, and how well",
    "latency.html": "Latency at length",
    "search/leaderboard.html": "The search that found these settings",
}


class Page(NamedTuple):
    """A page beside the report: the name of its file, and what it shows."""

    file: str
    title: str


def pages_in(folder: Path) -> list[Page]:
    """The known pages that a folder holds, the report itself left out.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as name:
        ...     _ = (Path(name) / "trust.html").write_text("")
        ...     pages_in(Path(name))
        [Page(file='trust.html', title='Which answers to trust')]
    """
    return [Page(file, title) for file, title in PAGES.items() if (folder / file).exists()]


def refresh_report(folder: Path) -> bool:
    """Write the report of a folder's run anew, so that it links pages that were made after it.

    A folder without a run, or whose report somebody took away, stays as it is.

    Args:
        folder: of a run.

    Returns:
        Whether it was written.

    Raises:
        ArtefactError: if the results cannot be read, or the report not be written.
    """
    from gnn2mlp.report.run_report import render_report  # which links pages, too

    if not (folder / RESULTS).exists() or not (folder / REPORT).exists():
        return False
    write_text(folder / REPORT, render_report(read_json(folder / RESULTS), pages_in(folder)))
    return True
