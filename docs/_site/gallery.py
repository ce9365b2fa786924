"""Make the gallery: a picture of each kind of figure, from small runs on embedded data, and the page that shows them.

    python docs/_site/gallery.py            # writes docs/gallery/*.webp and docs/gallery.md; a minute or two

Figures of reports are taken from the very calls that put them into pages; those for notebooks are drawn here. Runs are
small and seeded, so that a picture changes where its drawing does. Times differ from machine to machine.
"""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from gnn2mlp import FitConfig, RunConfig, fit, load_dataset, run
from gnn2mlp.core.files import atomic, write_text
from gnn2mlp.explore import (
    behind_code,
    code_by_class,
    code_map,
    code_usage,
    plot_behind_code,
    plot_code_by_class,
    plot_code_map,
    plot_code_usage,
)
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline import explain, latency, trust, unlearn
from gnn2mlp.report import page
from gnn2mlp.studies import compare, read_scores, write_comparison

DOCS = Path(__file__).resolve().parents[1]
FOLDER = DOCS / "gallery"
LINES = DOCS.parent / "benchmarks" / "studies" / "where_it_pays.jsonl"
# Of one run, in pixels an inch; and what a picture may weigh.
DPI, MOST_BYTES = 110, 60_000
# Pages show these side by side under one heading, each with the name of its model.
HEADINGS = {"reliability-": "Accuracy by confidence: ", "pairs-": "Probabilities of pairs: "}
# What others show of other nodes, and of pairs of old and of new ones.
REPEATED = ("seen-", "hits-old", "hits-new")

HEAD = """# Gallery

Each kind of figure, written by `python docs/_site/gallery.py` from small runs on the embedded digits: what a figure
looks like is shown here, not how well anything works. In a report the same figures are vectors, with text to select,
and follow a dark page.
"""


class Shown(NamedTuple):
    """A figure of the gallery.

    Args:
        section: where it comes from.
        key: the name of its file.
        title: what it shows.
        figure: the drawing.
    """

    section: str
    key: str
    title: str
    figure: Figure


@contextmanager
def taken(section: str, into: list[Shown]) -> Iterator[None]:
    """Collect what is put into pages meanwhile; of one key the first, and not what others repeat."""
    real = page.inline_svg

    def take(figure: Figure, key: str, description: str) -> str:
        if not key.startswith(REPEATED) and key not in {one.key for one in into}:
            heading = next((text for start, text in HEADINGS.items() if key.startswith(start)), "")
            into.append(Shown(section, key, heading + description.partition(". ")[0], figure))
        return real(figure, key, description)

    with mock.patch.object(page, "inline_svg", take):
        yield


def figures(work: Path, epochs: int = 60) -> list[Shown]:
    """All of them, from runs in a folder."""
    found: list[Shown] = []
    codes = RunConfig(
        dataset="digits",
        setting="inductive",
        teacher={"name": "vq", "encoder": {"name": "gcn", "epochs": epochs}, "codes": 64},
        method="vqgraph",
        seeds=2,
        distill={"epochs": epochs},
        out=work / "run",
    )
    with taken("`gnn2mlp run`", found):
        run(codes)
    with taken("`gnn2mlp run --task link`", found):
        run(_links(epochs // 3).model_copy(update={"out": work / "links"}))
    with taken("`gnn2mlp trust`", found):
        plain = RunConfig(dataset="digits", teacher={"name": "gcn", "epochs": epochs}, seeds=2, out=work / "trust")
        trust(plain)
    found += _of_a_student(work, epochs, found)
    with taken("`gnn2mlp latency`", found):
        latency(codes.model_copy(update={"seeds": (0,), "out": work / "latency"}))
    with taken("`gnn2mlp fit`", found):
        fit(FitConfig(**_tables(work), id="id", label="digit", out=work / "fit", distill={"epochs": epochs}))
    with taken("`gnn2mlp compare`", found):
        write_comparison(compare(read_scores([LINES]), against="mlp"), work / "compare.html")
    knowledge = TeacherKnowledge.load(next((work / "run" / "knowledge").glob("*.safetensors")))
    return [*found, *_notebooks(knowledge)]


def _links(epochs: int) -> RunConfig:
    """A run of links in which some nodes are new."""
    teacher = {"name": "link", "epochs": epochs, "lr": 0.01}
    distill = {"epochs": epochs, "batch_size": 256}
    return RunConfig(task="link", dataset="digits", setting="production", teacher=teacher, seeds=3, distill=distill)


def _of_a_student(work: Path, epochs: int, there: list[Shown]) -> list[Shown]:
    """What is told of a plain student: why its teacher says so, and how it forgets; without what is there already."""
    config = RunConfig(
        dataset="digits",
        setting="inductive",
        teacher={"name": "gcn", "epochs": epochs},
        seeds=1,
        distill={"epochs": epochs},
        latency=False,
        out=work / "student",
        cache=work / "cache",
    )
    run(config, pages=False)
    found: list[Shown] = []
    with taken("`gnn2mlp explain`", found):
        explain(config, sample=40, pictures=0)
    with taken("`gnn2mlp unlearn`", found):
        unlearn(config, nodes=range(100), method="redistil", pages=False)
    known = {one.key for one in there}
    return [one for one in found if one.key not in known]


def _tables(work: Path) -> dict[str, Path]:
    """Digits as a company's tables: a shade of ink in 16 places, and which pictures look alike."""
    graph = load_dataset("digits")
    shades = graph.features.numpy().reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16)
    nodes = pd.DataFrame(shades, columns=[f"shade {place}" for place in range(16)])
    nodes.insert(0, "id", [f"img-{number:04d}" for number in range(len(nodes))])
    known = np.random.default_rng(0).random(len(nodes)) < 0.4
    nodes["digit"] = np.where(known, graph.labels.numpy().astype(str), None)
    ends = nodes["id"].to_numpy()[graph.edge_index.numpy()]
    nodes.to_csv(work / "nodes.csv", index=False)
    pd.DataFrame({"source": ends[0], "target": ends[1]}).to_csv(work / "edges.csv", index=False)
    return {"nodes": work / "nodes.csv", "edges": work / "edges.csv"}


def _notebooks(knowledge: TeacherKnowledge) -> Iterator[Shown]:
    """What an analyst draws of a codebook."""
    graph = load_dataset("digits")
    ids = knowledge.node_ids
    observed = graph.labels[ids]
    usage = code_usage(knowledge)
    section = "`gnn2mlp.explore`, in a notebook"
    names = graph.class_names
    yield Shown(section, "code-usage", "plot_code_usage: how evenly codes are used", plot_code_usage(usage))
    by_class = plot_code_by_class(code_by_class(knowledge, graph.labels), names)
    yield Shown(section, "code-by-class", "plot_code_by_class: which classes a code holds", by_class)
    drawn = plot_code_map(code_map(knowledge), groups=observed, names=names)
    yield Shown(section, "code-map", "plot_code_map: nodes and codes in a plane", drawn)
    code = int(usage.nodes.argmax())
    drawn = plot_behind_code(behind_code(knowledge, graph.edge_index, graph.labels, code), names)
    yield Shown(section, "behind-code", "plot_behind_code: a code's nodes and their neighbourhoods", drawn)


def picture(figure: Figure) -> bytes:
    """A figure as WebP on white."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor="white")
    made = io.BytesIO()
    Image.open(buffer).convert("RGB").save(made, "webp", quality=82, method=6)
    return made.getvalue()


def text(shown: list[Shown]) -> str:
    """The page."""
    parts = [HEAD]
    for section in dict.fromkeys(one.section for one in shown):
        parts.append(f"## {section.replace('`', '')}\n")
        parts += [
            f"### {one.title}\n\n![{one.title}](gallery/{one.key}.webp){{ .picture loading=lazy }}\n"
            for one in shown
            if one.section == section
        ]
    return "\n".join(parts)


def main() -> None:
    """Write pictures and page; pictures of figures that are no more are removed."""
    with tempfile.TemporaryDirectory() as work:
        shown = figures(Path(work))
        for one in shown:
            made = picture(one.figure)
            atomic(FOLDER / f"{one.key}.webp", lambda file, made=made: file.write(made))
    for path in FOLDER.glob("*.webp"):
        if path.stem not in {one.key for one in shown}:
            path.unlink()
    write_text(DOCS / "gallery.md", text(shown))


if __name__ == "__main__":
    main()
