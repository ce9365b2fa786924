"""Write PRODUCTION.md from the results of the scripts beside this one.

python benchmarks/production/production_page.py [--check]`.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from figures import markdown, renew

from gnn2mlp.core.files import read_json

HERE = Path(__file__).parent
PAGE = HERE.parent / "PRODUCTION.md"
MODELS = {"student": "student", "mlp": "plain MLP", "linear": "linear model", "boosting": "gradient boosting"}

HEAD = """# From tables to a model: figures

Written by `python benchmarks/production/production_page.py` from files in `benchmarks/production/results` and
`benchmarks/results/trust.json`; each file has the environment beside its figures.
"""

COMPANIES = """## One command on three companies' tables

`benchmarks/production/companies.py`: public graphs as tables with ids of text, dates, gaps, booleans, categories and
words; {shares}. Everything else judges: *seen* rows were in the graph without a label, *unseen* ones did not exist.
`gnn2mlp fit` was called {seeds} times for each, with other draws of ids, roles and later rows. Accuracy in percent,
mean ± standard deviation over draws. "Beyond chance" counts draws whose 95 % interval of the difference, which speaks
of nodes like these of this graph, excludes 0.
"""

NEW = """What ships was trained on all labels of its table, and is judged here by rows that it has never heard of. The
calibration error is that of the student that was scored (15 bins; *by chance* is what honest
probabilities would show on so few rows).
"""

ONNX = """## One ONNX file from raw columns

`benchmarks/production/onnx_rows.py`, one thread: median time of one raw row in ONNX Runtime alone, with the checks of
`OnnxPredictor`, by `Predictor`, and through scikit-learn's own transformers; 1,024 raw rows in ONNX Runtime against
the student alone on rows that are ready.
"""

TRUST = """## Calibration and sets, on rows of the leaderboard

`benchmarks/production/trust.py`, inductive, {seeds} seeds, percent. *Pooled* puts the nodes of all seeds together,
where chance adds less.
"""

SCALE = """## Size

`benchmarks/production/scale.py`: drawn tables with five edges a node, `gnn2mlp fit` with its defaults; seconds, CPU
seconds of all threads and the most resident memory of the whole command, evaluation, baselines and the training on all
labels included. Other programs ran on the machine's two cores at the same time, so that CPU seconds tell how the cost
grows, and seconds what one of them waited. Rows without CPU seconds were measured by earlier code; what
they have a million nodes is seconds.
"""

SCORE = """## Scoring tables

`benchmarks/production/score.py`: `score_table` on drawn rows of 128 features (float32) with an id, one thread, an MLP
of 256 hidden units and 40 classes, beside reading the same columns and multiplying them with its two matrices alone, in
turns, each in a process of its own; medians. CPU seconds, as other programs ran on the machine at the same time. What
is more than that is checks, probabilities, and the table of answers.
"""

KILLS = """`benchmarks/production/score_kills.py`: {kills} calls of `gnn2mlp score` got SIGKILL at random moments, and
the next one went on: {going} of them found parts of the one before. Of {rows:,} rows in {parts} parts {lost} were lost
in the end, {twice} were there twice, ids were {order}, and the table was {equal}
that of a call that nobody disturbed.
"""

LINKS = """## The best of many candidates for a link

`benchmarks/production/links.py`: `LinkIndex.top` for one node among {rows} candidates whose embeddings are kept, k =
10, {threads} threads of torch and one of numpy: exact, by a short list of 1,000 (`index.approximate()`: 64 directions
of the embeddings), and by lists of faiss (`engine="faiss"`); and pairs of kept embeddings. Milliseconds are the fastest
on the clock, and CPU milliseconds of all threads in brackets (median): other programs ran on the machine's two cores.
Recall is that of the exact ten, of {exact} nodes. A Hadamard decoder (hidden 256) costs 2 · width · 256 operations a
candidate, which no order of the loops saves. Models were trained for a moment on {dataset}, candidates are mixtures of
its embeddings: a model of one's own has a recall of its own, which its index measures.
"""

SPARK = """## Scoring on Spark

`benchmarks/production/spark.py`: {rows:,} rows of 128 features, a student of 256 hidden units on ONNX Runtime, Spark
{pyspark} with two executors of one core each, on one machine, in turns with `score_table` in one process of one thread;
medians of {turns} turns after one that does not count. CPU seconds are those of driver, executors and Python workers
together. `score_files` has workers read Parquet themselves, `score_dataframe` takes rows from Spark.
"""


def percent(values: Sequence[float]) -> str:
    """`85.5 ± 0.7` of shares."""
    return f"{100 * fmean(values):.1f} ± {100 * pstdev(values):.1f}"


def companies(found: Mapping[str, Any]) -> list[str]:
    """The tables of `companies.json`."""
    by: dict[str, list[dict[str, Any]]] = {}
    for line in found["fits"]:
        by.setdefault(line["company"], []).append(line)
    shares = f"{found['shares']['train']:.0%} of the labels train, {found['shares']['valid']:.0%} validate"
    text = COMPANIES.format(shares=shares, seeds=len(next(iter(by.values()))))
    header = ["tables", "teacher, seen", "student, seen", *(f"{label}, unseen" for label in MODELS.values())]
    rows = [
        [
            name,
            *(percent([line["scores"][model]["seen"]["value"] for line in lines]) for model in ("teacher", "student")),
            *(percent([line["scores"][model]["unseen"]["value"] for line in lines]) for model in MODELS),
        ]
        for name, lines in by.items()
    ]
    differences = [
        [name, *(_difference(lines, rival, group) for rival, group in _RIVALS)] for name, lines in by.items()
    ]
    shipped = [[name, *_shipped(lines)] for name, lines in by.items()]
    return [
        text,
        markdown(header, rows),
        "\nStudent minus, in points: mean (lowest to highest draw; draws beyond chance)\n",
        markdown(["tables", *(f"{_NAMES[rival]}, {group}" for rival, group in _RIVALS)], differences),
        "",
        NEW,
        markdown(_SHIPPED, shipped),
    ]


_RIVALS = (("teacher", "seen"), ("mlp", "unseen"), ("linear", "unseen"), ("boosting", "unseen"))
_NAMES = {"teacher": "teacher", **MODELS}
_SHIPPED = [
    "tables",
    "calibration error before, seen",
    "after, seen (by chance)",
    "after, unseen (by chance)",
    "90 % sets hold, seen",
    "90 % sets hold, unseen",
    "new rows: accuracy",
    "new rows: 90 % sets hold",
    "ONNX: equal labels",
    "one raw row, µs",
    "whole command, s",
]


def _difference(lines: Sequence[Mapping[str, Any]], rival: str, group: str) -> str:
    ones = [line["differences"][rival][group] for line in lines]
    values = [100 * one["value"] for one in ones]
    beyond = sum(one["low"] > 0 or one["high"] < 0 for one in ones)
    return f"{fmean(values):+.1f} ({min(values):+.1f} to {max(values):+.1f}; {beyond} of {len(ones)})"


def _shipped(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    ece = {group: [line["trust"]["ece"][group] for line in lines] for group in ("seen", "unseen")}
    sets = {group: [line["trust"]["coverage"]["0.9"][group]["measured"] for line in lines] for group in ece}

    def after(group: str) -> str:
        chance = fmean(one["by_chance"] for one in ece[group])
        return f"{percent([one['after'] for one in ece[group]])} ({100 * chance:.1f})"

    new = [line["new"] for line in lines]
    return [
        percent([one["before"] for one in ece["seen"]]),
        after("seen"),
        after("unseen"),
        percent(sets["seen"]),
        percent(sets["unseen"]),
        percent([one["accuracy"]["value"] for one in new]),
        percent([one["coverage_90"]["measured"] for one in new]),
        f"{sum(one['onnx_equal'] for one in new):,} of {sum(one['rows'] for one in new):,}",
        f"{fmean(one['one_row_us'] for one in new):.0f}",
        f"{fmean(line['wall_seconds'] for line in lines):.0f}",
    ]


def onnx_rows(found: Mapping[str, Any]) -> list[str]:
    """The table of `onnx_rows.json`."""
    header = ["case", "columns", "features", "equal labels", "farthest apart", "ONNX Runtime, µs"]
    header += ["`OnnxPredictor`, µs", "`Predictor`, µs", "scikit-learn, µs", "1,024 rows / student alone"]
    rows = []
    for name, case in found["cases"].items():
        one = case["one_row"]
        times = [
            f"{one[key]['us']:,.0f}" if key in one else "" for key in ("runtime", "checked", "python", "scikit_learn")
        ]
        same = f"{case['checked']['equal']:,} of {case['rows']:,}"
        ratio = f"{case['many_rows']['ratio']:.2f}"
        columns = len(case["columns"]) if isinstance(case["columns"], Mapping) else case["columns"]
        rows.append(
            [name, str(columns), f"{case['features']:,}", same, f"{case['checked']['apart']:.1e}", *times, ratio]
        )
    return [ONNX, markdown(header, rows)]


def trust(found: Mapping[str, Any]) -> list[str]:
    """The table of `trust.json`."""
    rows = []
    for name, one in found.items():
        for group in ("seen", "unseen"):
            by = [seed["calibration"]["by"][group] for seed in one["seeds"]]
            held = [seed["coverage"]["0.9"][group]["measured"] for seed in one["seeds"]]
            figures = [100 * fmean(each[key] for each in by) for key in ("before", "after", "by_chance")]
            pooled = 100 * one["pooled"][group]["after"]
            rows.append([name, group, *(f"{value:.1f}" for value in (*figures, pooled)), percent(held)])
    header = ["row", "nodes", "error before", "after", "by chance", "after, pooled", "90 % sets hold"]
    return [TRUST.format(seeds=len(next(iter(found.values()))["seeds"])), markdown(header, rows)]


def scale(found: Mapping[str, Any]) -> list[str]:
    """The table of `scale.json`."""
    header = ["nodes", "edges", "seconds", "CPU seconds", "these a million nodes", "peak, GiB"]
    rows = [
        [
            f"{one['nodes']:,}",
            f"{one['edges']:,}",
            f"{one['seconds']:.0f}",
            f"{one['cpu_seconds']:.0f}" if "cpu_seconds" in one else "",
            f"{1e6 * one.get('cpu_seconds', one['seconds']) / one['nodes']:.0f}",
            f"{one['peak_gib']:.1f}",
        ]
        for one in found["sizes"]
    ]
    return [SCALE, markdown(header, rows)]


def score_kills(found: Mapping[str, Any]) -> list[str]:
    """What `score_kills.json` says."""
    facts = {
        "kills": len(found["kills"]),
        "going": sum(turn["before"] > 0 for turn in found["kills"]),
        "order": "in the order of the source" if found["in_order"] else "in another order",
        "equal": "byte by byte" if found["equal"] else "not",
    }
    return [KILLS.format(**{key: found[key] for key in ("rows", "parts", "lost", "twice")}, **facts)]


def score(found: Mapping[str, Any]) -> list[str]:
    """The table of `score.json`."""
    header = [
        "rows",
        "GB of Parquet",
        "CPU seconds",
        "reading and products alone",
        "their share",
        "peak, GiB",
        "theirs",
    ]
    rows = [
        [
            f"{one['rows']:,}",
            f"{one['bytes'] / 1e9:.2f}",
            f"{one['ours']['cpu_seconds']:.1f}",
            f"{one['floor']['cpu_seconds']:.1f}",
            f"{100 * one['share_of_floor']:.0f} %",
            f"{one['ours']['peak_gib']:.2f}",
            f"{one['floor']['peak_gib']:.2f}",
        ]
        for one in found["sizes"]
    ]
    return [SCORE, markdown(header, rows)]


def spark(found: Mapping[str, Any]) -> list[str]:
    """The table of `spark.json`."""
    names = {"local": "`score_table`, one process", "files": "`score_files`", "frame": "`score_dataframe`"}
    header = ["scored by", "CPU seconds", "rows a second of a core", "CPU seconds / those of one process"]
    rows = [
        [
            name,
            f"{found['kinds'][kind]['cpu_seconds']:.1f}",
            f"{found['kinds'][kind]['rows_per_core_second']:,.0f}",
            f"{found['kinds'][kind]['ratio']:.2f}",
        ]
        for kind, name in names.items()
    ]
    turns = len(found["kinds"]["local"]["turns"])
    pyspark = found["environment"]["pyspark"]
    return [SPARK.format(rows=found["rows"], pyspark=pyspark, turns=turns), markdown(header, rows)]


def links(found: Mapping[str, Any]) -> list[str]:
    """The table of `links.json`."""
    header = [
        "decoder",
        "width",
        "exact, ms",
        "short list, ms",
        "recall of 10",
        "faiss, ms",
        "recall of 10",
        "pairs a CPU second",
        "one node, 1,000 others, ms",
    ]
    rows = [
        [
            one["decoder"],
            f"{one['width']}",
            _clock(one["exact"]),
            _clock(one["scan"]),
            f"{one['scan']['recall']:.2f}",
            _clock(one["faiss"]),
            f"{one['faiss']['recall']:.2f}",
            f"{1000 * one['pairs']['count'] / one['pairs']['cpu_ms']:,.0f}",
            _clock(one["request"]),
        ]
        for one in found["models"]
    ]
    facts = {key: found[key] for key in ("dataset", "threads", "exact")}
    return [LINKS.format(rows=f"{found['rows']:,}", **facts), markdown(header, rows)]


def _clock(times: Mapping[str, float]) -> str:
    return f"{times['fastest_ms']:,.1f} ({times['cpu_ms']:,.1f})"


def text() -> str:
    """The page; what was not measured is left out."""
    parts = [HEAD]
    for path, write in (
        (HERE / "results" / "companies.json", companies),
        (HERE / "results" / "onnx_rows.json", onnx_rows),
        (HERE.parent / "results" / "trust.json", trust),
        (HERE / "results" / "scale.json", scale),
        (HERE / "results" / "score.json", score),
        (HERE / "results" / "score_kills.json", score_kills),
        (HERE / "results" / "spark.json", spark),
        (HERE / "results" / "links.json", links),
    ):
        if path.exists():
            parts += [*write(read_json(path)), ""]
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the page is out of date")
    return renew(PAGE, text(), parser.parse_args(arguments).check, "benchmarks/production/production_page.py")


if __name__ == "__main__":
    sys.exit(main())
