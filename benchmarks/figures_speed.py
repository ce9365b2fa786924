"""What each figure of a run of coauthor-physics costs, a graph of 34,493 nodes: CPU time, time, memory. Linux.

    python benchmarks/figures_speed.py --data-root DATA [--scratch FOLDER] [--only WORD ...]
    python benchmarks/figures_speed.py --table [--check]                                  # writes FIGURES.md

The run has a teacher with 2,048 codes. Teacher, plain MLP and student train three epochs each, as what they answer is
not looked at here; scores would be of no worth. Every figure is then drawn in a process of its own with one thread,
from the folder that the run left: libraries and data are loaded first, which has a line of its own, and what the figure
computes from them counts, up to the picture as a notebook shows it (PNG, two pixels for one) or the written page.
Nothing is kept from one figure to the next. Importance of columns is drawn by fits of tables alone, and is left out.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from figures import markdown, renew

from gnn2mlp import RunConfig
from gnn2mlp.core.files import read_json
from gnn2mlp.core.progress import silent
from gnn2mlp.data import load_dataset
from gnn2mlp.explore import (
    Codebook,
    code_by_class,
    code_map,
    code_usage,
    plot_code_by_class,
    plot_code_map,
    plot_code_usage,
)
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.pipeline import disagree, run, trust
from gnn2mlp.pipeline.opening import opened
from gnn2mlp.pipeline.scoring import teacher_logits
from gnn2mlp.pipeline.seed import plan
from gnn2mlp.pipeline.trust_figures import trust_figures
from gnn2mlp.report import write_report
from gnn2mlp.report.trust_plots import trust_plots

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE / "speed"))
machine = importlib.import_module("machine")

RESULTS = HERE / "results" / "figures_speed.json"
PAGE = HERE / "FIGURES.md"
DATASET, CODES, EPOCHS = "coauthor-physics", 2048, 3
SECONDS, GIB = 10.0, 4.0
Draw = Callable[[], object]


def settings(dataset: str, folder: Path, root: Path | None, codes: int = CODES) -> RunConfig:
    """The run whose figures are drawn; everything that it makes lies in the folder."""
    return RunConfig(
        dataset=dataset,
        data_root=root,
        cache=folder / "cache",
        out=folder / "run",
        teacher={"name": "vq", "codes": codes, "encoder": {"name": "gcn", "epochs": EPOCHS}},
        method="vqgraph",
        distill={"epochs": EPOCHS},
        seeds=1,
        recipe=False,
        latency=False,
        threads=1,
    )


def prepare(config: RunConfig) -> dict[str, Any]:
    """Make the run, and what the page of trust reads; how large it is."""
    run(config, lambda seed, stage: silent, pages=False)
    trust(config, lambda seed, stage: silent)
    graph = load_dataset(config.dataset, config.data_root, config.cache)
    return {"nodes": graph.num_nodes, "links": graph.edge_index.shape[1], "features": graph.num_features}


class Kept:
    """What a run left, opened when it is asked for."""

    def __init__(self, config: RunConfig):
        self.config = config.resolve()
        self.folder = self.config.folder()

    @cached_property
    def book(self) -> Codebook:
        """The codebook."""
        return Codebook.from_run(self.folder)

    @property
    def knowledge(self) -> TeacherKnowledge:
        """That of the teacher."""
        return self.book.knowledge


def shown(figure: Any) -> object:
    """The picture of a figure, as a notebook shows it."""
    assert isinstance(figure, ShownFigure)
    return figure._repr_png_()


def opening(kept: Kept) -> Draw:
    """Data, knowledge and student from their files."""
    return lambda: kept.book


def usage(kept: Kept) -> Draw:
    """Nodes of each code."""
    knowledge = kept.knowledge
    return lambda: shown(plot_code_usage(code_usage(knowledge)))


def by_class(kept: Kept) -> Draw:
    """The classes of each code."""
    book = kept.book
    return lambda: shown(plot_code_by_class(code_by_class(book.knowledge, book.labels)))


def map_by(projection: Literal["pca", "tsne", "umap"], coloured: str = "class", again: bool = False) -> Any:
    """A map as a picture; `again`: after another one was drawn in the process."""

    def of(kept: Kept) -> Draw:
        book = kept.book
        if again:
            map_by(projection, coloured)(kept)()

        def draw() -> object:
            layout = code_map(book.knowledge, projection, seed=int(again))
            colours: dict[str, Any] = {"groups": book.labels[book.observed]} if coloured == "class" else {}
            if coloured == "confidence":
                scores = book.knowledge["logits"].double().softmax(-1).amax(dim=-1).numpy()
                colours = {"values": scores, "label": "confidence of the teacher"}
            return shown(plot_code_map(layout, **colours))

        return draw

    return of


def page_by(projection: Literal["pca", "tsne"]) -> Any:
    """The interactive map as a page, described codes included."""

    def of(kept: Kept) -> Draw:
        book = kept.book
        return lambda: book.map(projection=projection).save(kept.folder / "map.html")

    return of


def table(kept: Kept) -> Draw:
    """The table of codes."""
    book = kept.book
    return lambda: book.table()


def merging(kept: Kept) -> Draw:
    """The hierarchy of codes, and its picture."""
    book = kept.book
    return lambda: shown(book.merge_map().plot())


def neighbourhoods(kept: Kept) -> Draw:
    """Members of the largest code, and the neighbourhoods of the most probable ones, as frames and as a picture."""
    book = kept.book
    largest = int(np.bincount(book.knowledge["code"].numpy()).argmax())
    return lambda: (book.members(largest), book.neighbourhoods(largest), shown(book.plot_neighbourhoods(largest)))


def placing(kept: Kept) -> Draw:
    """The code of every node, as the student places it."""
    book = kept.book
    return lambda: book.of(book.features)


def comparing(kept: Kept) -> Draw:
    """The codebook compared with itself."""
    book = kept.book
    return lambda: book.compare(book)


def report(kept: Kept) -> Draw:
    """The page of the run."""
    results = read_json(kept.folder / "results.json")
    return lambda: write_report(results, kept.folder / "report.html")


def trusting(kept: Kept) -> Draw:
    """The page of trust, of what the teacher wrote down before."""
    return lambda: trust(kept.config, lambda seed, stage: silent)


def disagreeing(kept: Kept) -> Draw:
    """The page of disagreement: three models answer, groups are searched, the page is written."""
    return lambda: disagree(kept.config)


def calibration(kept: Kept) -> Draw:
    """Calibration, coverage of sets and the cascade."""
    with opened(kept.config, kept.folder, lambda seed, stage: silent, guest=True) as job:
        seed = plan(job, kept.config.seeds[0])
        full, student, knowledge, teacher = (
            seed.full, seed.student.value, seed.knowledge.value, seed.teacher.value,
        )  # fmt: skip

    def draw() -> object:
        answers = teacher_logits(teacher, knowledge, full, job.device)
        return trust_plots(trust_figures(student, full, knowledge, answers))

    return draw


FIGURES: dict[str, Callable[[Kept], Draw]] = {
    "opening the codebook of the run": opening,
    "usage of codes": usage,
    "codes by class": by_class,
    "table of codes": table,
    "merge map": merging,
    "members and neighbourhoods of the largest code": neighbourhoods,
    "codes of all rows by the student": placing,
    "comparison of two codebooks": comparing,
    "map by PCA, coloured by class": map_by("pca"),
    "map by PCA, coloured by code": map_by("pca", "code"),
    "map by PCA, coloured by confidence": map_by("pca", "confidence"),
    "map by t-SNE of a sample": map_by("tsne"),
    "map by UMAP of a sample, first in a process": map_by("umap"),
    "map by UMAP of a sample, second in a process": map_by("umap", again=True),
    "interactive map by PCA, all nodes": page_by("pca"),
    "interactive map by t-SNE, of a sample": page_by("tsne"),
    "page of the run": report,
    "page of trust": trusting,
    "page of disagreement": disagreeing,
    "calibration, sets of classes and cascade": calibration,
}


def measured(figure: str, dataset: str, folder: str, root: str | None, codes: int = CODES) -> dict[str, float]:
    """`cpu_s`, `seconds` and `peak_gib` of a figure; run it in a process of its own."""
    draw = FIGURES[figure](Kept(settings(dataset, Path(folder), None if root is None else Path(root), codes)))
    start = time.process_time()
    _, found = machine.metered(draw)
    return {"cpu_s": time.process_time() - start, **found}


def measure(root: Path | None, folder: Path, only: Sequence[str]) -> None:
    """Make the run, and draw its figures one after the other; each is written down as it comes."""
    size = prepare(settings(DATASET, folder, root))
    figures = machine.read(RESULTS).get(DATASET, {}).get("figures", {}) if only else {}
    told = {"dataset": DATASET, "folder": str(folder), "root": None if root is None else str(root)}
    for name in FIGURES:
        if not only or any(word in name for word in only):
            figures[name] = machine.fresh(measured, threads=1, figure=name, **told)
            print(name, {key: round(value, 2) for key, value in figures[name].items()}, flush=True)
    machine.put(RESULTS, DATASET, {**size, "codes": CODES, "figures": figures})


def outside(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The figures that cost more than they may."""
    return [name for name, cost in figures.items() if cost["cpu_s"] > SECONDS or cost["peak_gib"] > GIB]


def page(record: Mapping[str, Any]) -> str:
    """The page of a result."""
    assert __doc__ is not None
    figures, above = record["figures"], outside(record["figures"])
    verdict = f"All {len(figures)} lines lie below {SECONDS:.0f} s of CPU and {GIB:.0f} GiB."
    if above:
        which = "; ".join(
            f"{name} ({figures[name]['cpu_s']:.1f} s, {figures[name]['peak_gib']:.1f} GiB)" for name in above
        )
        verdict = (
            f"{len(figures) - len(above)} of {len(figures)} lines lie below {SECONDS:.0f} s of CPU and {GIB:.0f} GiB. "
            f"Above: {which}."
        )
    names = [name for name in FIGURES if name in figures]
    keys = ("cpu_s", "seconds", "peak_gib")
    body = [[name, *(f"{figures[name][key]:.2f}" for key in keys)] for name in names]
    where, load = record["environment"], record["load"]
    made = (
        f"{record['nodes']:,} nodes, {record['links']:,} directed links, {record['features']:,} features, "
        f"{record['codes']:,} codes. {where['processor']}, {where['cores']} cores; gnn2mlp "
        f"{where['versions']['gnn2mlp']}, code {where['code'][:8]} for the line measured last."
    )
    busy = (
        f"Other programs ran beside it (load {load['before'][0]:.1f} at the beginning, {load['after'][0]:.1f} at the "
        "end), so that CPU seconds are what counts: with one thread, a figure takes no less time than these, and on "
        "an idle machine hardly more."
    )
    return (
        "\n\n".join(
            [
                "# What figures cost",
                f"Made by `benchmarks/figures_speed.py --table`. {__doc__.split(chr(10) * 2, 2)[2].strip()}",
                verdict,
                markdown(["figure", "CPU s", "elapsed s", "peak GiB, libraries and data included"], body),
                UMAP,
                busy,
                made,
            ]
        )
        + "\n"
    )


UMAP = (
    "UMAP's first map in a process waits until numba has compiled umap-learn's functions; the second one does not. "
    "t-SNE and UMAP lay out 1,500 nodes, drawn at random, and all codes."
)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, default=os.environ.get("GNN2MLP_DATA"), help="folder with raw data")
    parser.add_argument("--scratch", type=Path, help="folder in which the run is made and kept; default: for now alone")
    parser.add_argument("--only", nargs="*", default=[], help="words in the names of the figures to draw again")
    parser.add_argument("--table", action="store_true", help="write the page of what was measured")
    parser.add_argument("--check", action="store_true", help="with --table: only say whether it is up to date")
    options = parser.parse_args()
    if options.table:
        text = page(json.loads(RESULTS.read_text())[DATASET])
        return renew(PAGE, text, options.check, "benchmarks/figures_speed.py --table")
    if options.scratch:
        measure(options.data_root, options.scratch, options.only)
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(options.data_root, Path(folder), options.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
