"""The tables and pictures that `explain` leaves beside its page."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from gnn2mlp.core.files import write_text

NODES, EDGES, FEATURES = "explanations.csv", "edges.csv", "contributions.csv"
STUDENT, PICTURES = "student_contributions.csv", "neighbourhoods"
_PICTURE = "node-{}.svg"


def tables(results: Mapping[str, Any]) -> dict[str, str]:
    """The text of each CSV file by its name: a row for each explained node and rank; ranks begin at 1.

    Nodes within reach and edges among them come with their scores, highest first, features with what they add to the
    margin of the teacher's surrogate, largest in size first, and where there is a student with what they add to its.

    Args:
        results: of `explain`.
    """
    nodes = results["nodes"]
    found = {
        NODES: _ranked(nodes, "top", ("neighbour", "score")),
        EDGES: _ranked(nodes, "edges", ("source", "target", "score")),
        FEATURES: _ranked(nodes, "features", ("feature", "contribution")),
    }
    if any("student" in one for one in nodes):
        own = [{"name": one["name"], **one["student"]} for one in nodes]
        found[STUDENT] = _ranked(own, "features", ("feature", "contribution"))
    return found


def write_pictures(folder: Path, pictures: Iterable[tuple[int, Figure]]) -> None:
    """Write drawings of explained nodes as `neighbourhoods/node-ROW.svg`; those of an earlier call are removed.

    Args:
        folder: of the results.
        pictures: rows of nodes, and their drawings.

    Raises:
        ArtefactError: if a file cannot be written.
    """
    place = folder / PICTURES
    for old in place.glob(_PICTURE.format("*")):
        old.unlink()
    for node, figure in pictures:
        text = io.StringIO()
        # Letters stay letters, so that they can be searched; a file has no page around it that were white.
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": PICTURES}):
            figure.savefig(text, format="svg", facecolor="white", metadata={"Date": None})
        write_text(place / _PICTURE.format(node), text.getvalue())


def _ranked(nodes: Sequence[Mapping[str, Any]], key: str, names: Sequence[str]) -> str:
    rows = ([one["name"], rank, *_cells(entry)] for one in nodes for rank, entry in enumerate(one[key], start=1))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["node", "rank", *names])
    writer.writerows(rows)
    return text.getvalue()


def _cells(entry: Sequence[Any]) -> Iterator[str]:
    return (f"{value:.6g}" if isinstance(value, float) else value for value in entry)
