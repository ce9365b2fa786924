"""Write what is generated in README.md, RESULTS.md, docs/ and packages, from result files and registries.

With `--check` nothing is written, and the exit code is 1 if they are out of date.
"""

import argparse
import functools
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import graphs_page
import hypergraph_tables
import imputation_words
import method_pages
import reference_pages
import scale_plan
import selection
import spot_check
import typed_packages
from figures import column, counted, difference, markdown, mean_std, outcomes, p_value, percent
from rows import HERE, Row
from rows import rows as load_rows

from gnn2mlp.cli.list import KINDS
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.files import write_text
from gnn2mlp.evaluate import Paired, paired
from gnn2mlp.studies.versions import counted as counted_versions

README = HERE.parent / "README.md"
RESULTS = HERE / "RESULTS.md"
DOCS = HERE.parent / "docs"
MODELS = {"teacher": "teacher", "mlp": "plain MLP", "student": "student"}
STAGES = ("teacher", "knowledge", "mlp", "student")
# Population of the leaderboard -> the setting in which it is scored.
SETTINGS = {"test": "transductive", "unseen": "inductive", "seen": "inductive", "production": "inductive"}


@functools.cache
def rows() -> list[Row]:
    """Every row of `papers/` with its lines, read once."""
    return load_rows()


def named() -> dict[str, Row]:
    """The rows by name."""
    return {row.name: row for row in rows()}


def complete() -> list[Row]:
    """Rows of which every seed has been run."""
    return [row for row in rows() if len(row.lines) == len(row.seeds)]


def reaches(ours: dict[str, float], published: Sequence[float]) -> bool:
    """Whether our mean is above the published one, or below it by at most the published std."""
    mean, std = published
    return 100 * ours["mean"] >= mean - std


def network(teacher: dict[str, Any]) -> str:
    """`gcn`, or `vq (gcn)` for a teacher around another component."""
    inner = [option["name"] for option in teacher.values() if isinstance(option, dict) and "name" in option]
    return f"{teacher['name']} ({', '.join(inner)})" if inner else str(teacher["name"])


def against_published() -> str:
    """Our figures beside the published ones; a figure that falls short by more than the published std is marked."""
    body = []
    for row in complete():
        published = row.reported.get("scores", {})
        if set(published) != set(MODELS):
            continue
        for population in published["teacher"]:
            cells = []
            for model in MODELS:
                ours, theirs = column(row, model, population), published[model][population]
                mark = "" if reaches(mean_std(ours), theirs) else " ✗"
                cells.append(f"{percent(ours)}{mark}<br>*{theirs[0]:.2f} ± {theirs[1]:.2f}*")
            body.append([row.dataset, row.setting, population, *cells])
    return markdown(["data", "setting", "test nodes", "SAGE teacher", "plain MLP", "GLNN student"], body)


def leaderboard(population: str) -> str:
    """Every row on a graph scored on `population`, run or not, with the teachers on top of each data set."""
    chosen = [row for row in rows() if row.setting == SETTINGS[population] and not row.hypergraph]
    body = []
    for dataset in dict.fromkeys(row.dataset for row in sorted(chosen, key=lambda row: row.dataset)):
        group = sorted((row for row in chosen if row.dataset == dataset), key=lambda row: row.order)
        body += [_entry(row, "teacher", population, label) for label, row in _teachers(group)]
        body += [_entry(row, "student", population, f"`{row.label}`") for row in group]
    header = ["data", "model", "accuracy", "reported", "minus GLNN, same splits", "p", "teacher", "training, s"]
    return markdown([*header, "codes used", "graph at inference", "splits"], body)


def _teachers(group: Sequence[Row]) -> list[tuple[str, Row]]:
    """Label and a row for each distinct teacher, with the methods that learn from it."""
    users: dict[str, list[Row]] = {}
    for row in group:
        if row.lines:
            users.setdefault(digest_json(row.lines[0]["config"]["teacher"]), []).append(row)
    named = [(network(found[0].lines[0]["config"]["teacher"]), found) for found in users.values()]
    return [
        (f"*teacher {name} of {', '.join(row.label for row in found)}*", max(found, key=_told_of_teacher))
        for name, found in named
    ]


def _told_of_teacher(row: Row) -> tuple[int, bool]:
    """How much a row says of its teacher: splits, and whether the paper has a figure of it."""
    return len(row.lines), "teacher" in row.reported.get("scores", {})


def _entry(row: Row, model: str, population: str, label: str) -> list[str]:
    """One line of the leaderboard."""
    if not row.lines:
        return [row.dataset, label, "not run", _reported(row, model, population), *[""] * 6, f"0 / {len(row.seeds)}"]
    teacher = f"{network(row.lines[0]['config']['teacher'])} {percent(column(row, 'teacher', population))}"
    return [
        row.dataset,
        label,
        percent(column(row, model, population)),
        _reported(row, model, population),
        *_difference(row, model, population),
        teacher if model == "student" else "",
        f"{mean_std(column(row, 'seconds', model))['mean']:.1f}",
        _codes(row),
        "no" if model == "student" and not any(column(row, "graph_at_inference")) else "yes",
        counted(len(row.lines), len(row.seeds)),
    ]


def _reported(row: Row, model: str, population: str) -> str:
    """The published figure and the number of its source."""
    figure = row.reported.get("scores", {}).get(model, {}).get(population)
    if figure is None:
        return ""
    return " ± ".join(f"{number:.2f}" for number in figure) + f" [{_sources().index(row.reported['source']) + 1}]"


def _difference(row: Row, model: str, population: str) -> tuple[str, str]:
    """Compared with the student of the row named in the file; a teacher with that of its own row if none is named."""
    other = named()[next(iter(row.against), row.name)]
    return ("", "") if (other, "student") == (row, model) else _pair(row, model, other, population)


def _pair(row: Row, model: str, other: Row, population: str) -> tuple[str, str]:
    """Mean difference to the student of `other`, its interval and wins; and the p-value. Empty without a pair."""
    if not {*column(row, "seed")} & {*column(other, "seed")}:
        return "", ""
    found = paired(outcomes(row, model, population), outcomes(other, "student", population))
    wins = f", wins {found.wins}/{found.n}" if found.n > 1 else ""
    return f"{difference(found)}{wins}", p_value(found).removeprefix("p = ").removeprefix("p ")


def comparisons() -> str:
    """Rows beside the further rows that their files name: what one part of a method does."""
    body = []
    for population, setting in SETTINGS.items():
        for row in rows():
            for other in (named()[name] for name in row.against[1:] if row.setting == setting):
                told, p = _pair(row, "student", other, population)
                body.append([row.dataset, population, f"`{row.label}`", f"`{other.label}`", told or "not run", p])
    return markdown(["data", "test nodes", "student", "compared with", "difference, same splits", "p"], body)


def _codes(row: Row) -> str:
    """Share of the codebook that nodes use, and its perplexity; nothing for teachers without codes."""
    codes = [line["codes"] for line in row.lines if line.get("codes")]
    if not codes:
        return ""
    used, perplexity = (mean_std(entry[key] for entry in codes)["mean"] for key in ("utilisation", "perplexity"))
    return f"{100 * used:.1f} %, perplexity {perplexity:.0f}"


def _sources() -> list[str]:
    return sorted({row.reported["source"] for row in rows() if row.reported})


def sources() -> str:
    """Where the reported figures stand."""
    return "\n".join(f"{number}. {source}" for number, source in enumerate(_sources(), start=1))


# Question -> pairs of a row and the one that it is compared with; their names end with data set and setting.
QUESTIONS = {
    "Does the code term help once rows are aligned?": [("yang2024_vqgraph", "yang2024_vqgraph-no-codes")],
    "Does reliability sampling help against using all neighbours?": [
        ("wu2023_krd", "wu2023_krd-all-neighbours"),
        ("wu2023_krd-early", "wu2023_krd-all-neighbours"),
    ],
    "Does reliability sampling of hyperedges help against using all of them?": [
        ("feng2024_light-hgnn-plus", "feng2024_light-hgnn-plus-all")
    ],
    "Does more than one noise draw matter?": [("wu2023_krd-early", "wu2023_krd-one-draw")],
}


def findings() -> str:
    """One paragraph a question: verdicts by the rule stated in the document, and the figures behind them."""
    return "\n\n".join(
        f"**{question}** " + " ".join(_finding(ours, theirs) for ours, theirs in pairs)
        for question, pairs in QUESTIONS.items()
    )


def _finding(ours: str, theirs: str) -> str:
    """Count of verdicts, then a difference for each data set and setting; what cannot be compared yet is named."""
    told, missing, words = [], [], []
    for row, other in _counterparts(ours, theirs):
        population = "test" if row.setting == "transductive" else "unseen"
        shared = {*column(row, "seed")} & {*column(other, "seed")}
        if len(shared) < 2:
            missing.append(f"{row.dataset} {population}")
            continue
        found = paired(outcomes(row, "student", population), outcomes(other, "student", population))
        words.append(verdict(found))
        told.append(f"{row.dataset} {population} {_figures(found, len(row.seeds))}")
    who = f"`{ours.split('_')[1]}` against `{theirs.split('_')[1]}`"
    parts = [f"of {len(told)} comparisons {_counted(words)}. Points of accuracy: {'; '.join(told)}."] if told else []
    parts += [f"not measured yet on {', '.join(missing)}."] if missing else []
    return f"{who}: {' Also '.join(parts) or 'no rows.'}"


def _counterparts(ours: str, theirs: str) -> list[tuple[Row, Row]]:
    """Rows of one method with those of another on the same data set and in the same setting."""
    pairs = [(row, named().get(f"{theirs}_{row.dataset}_{row.setting}")) for row in rows()]
    return [(row, other) for row, other in pairs if other and row.name == f"{ours}_{row.dataset}_{row.setting}"]


def _figures(found: Paired, wanted: int) -> str:
    """`+0.50 [-0.10, +1.10] (p = 0.034, 10 splits)`; splits that have not been run are counted too."""
    splits = f"{found.n} splits" if found.n == wanted else f"{found.n} of {wanted} splits"
    return f"{difference(found)} ({p_value(found)}, {splits})"


VERDICTS = ("better", "worse", "no difference beyond chance")


def _counted(words: Sequence[str]) -> str:
    """`better in 2, no difference beyond chance in 1`."""
    return ", ".join(f"{word} in {words.count(word)}" for word in VERDICTS if word in words)


def verdict(found: Paired) -> str:
    """`better` or `worse` where the interval of the corrected test excludes 0, else that chance would do."""
    better, worse, neither = VERDICTS
    if not found.differs:
        return neither
    return better if found.difference > 0 else worse


def keeping_up() -> str:
    """How many students are better or worse than their teacher, and than a plain MLP, beyond chance."""
    body = []
    for population in ("test", "seen", "unseen"):
        for rival in ("teacher", "mlp"):
            found = [
                paired(outcomes(row, "student", population), outcomes(row, rival, population))
                for row in rows()
                if row.setting == SETTINGS[population] and row.label != "mlp" and len(row.lines) > 1
            ]
            words = [verdict(one) for one in found]
            spread = sorted(100 * one.difference for one in found)
            told = f"{spread[0]:+.1f} to {spread[-1]:+.1f}" if spread else ""
            counts = [str(words.count(word)) for word in ("better", "no difference beyond chance", "worse")]
            body.append([f"{population}, {SETTINGS[population]}", MODELS[rival], str(len(found)), *counts, told])
    header = [
        "test nodes",
        "student against",
        "rows",
        "better",
        "no difference found",
        "worse",
        "mean differences, points",
    ]
    return markdown(header, body)


# What was measured -> label (with what it was measured on), key of the figure, unit and limit.
COSTS = {
    "krd": ("KRD student epoch / GLNN student epoch, {on}", "ratio", "×", 1.5),
    "tokenizer": ("tokenizer epoch / epoch of the same {on}", "ratio", "×", 2.5),
    "tokenizer_gcn": ("tokenizer epoch / epoch of the same {on}", "ratio", "×", 2.5),
    "memory": ("peak memory, tokenizer around {on}", "gib", "GiB", 6.0),
    "storage": ("file with {on}", "gib", "GiB", 1.0),
}


def cost_of_codes(path: Path = HERE / "results" / "cost_codes.json") -> str:
    """What codes and reliability cost, against the limits that were set; where and on what it was measured."""
    made = json.loads(path.read_text()) if path.exists() else {}
    body = []
    for name, (label, key, unit, limit) in COSTS.items():
        entry = made.get(name)
        if entry is None:
            body.append([label.format(on="…"), "not measured yet", f"{limit:g} {unit}", ""])
            continue
        measured = f"{entry[key]:.2f} {unit}{_detail(entry)}"
        holds = "yes" if entry[key] <= limit else "**no**"
        body.append([label.format(on=entry["on"]), measured, f"{limit:g} {unit}", holds])
    return markdown(["what", "measured", "limit", "holds"], body)


def _detail(entry: dict[str, Any]) -> str:
    """What stands behind a figure: both sides of a ratio and its range, or the seconds of an epoch."""
    if "ratios" in entry:
        low, high = min(entry["ratios"]), max(entry["ratios"])
        sides = f"{entry['with_ms']:.1f} / {entry['without_ms']:.1f} ms"
        return f" ({sides}; {low:.2f} to {high:.2f} in {len(entry['ratios'])} repeats)"
    return f" ({entry['epoch_s']:.1f} s of CPU an epoch)" if "epoch_s" in entry else ""


def all_scores() -> str:
    """Every row and population: accuracy, fidelity and calibration error of the student."""
    body = []
    for row in rows():
        for population in _populations(row):
            body.append(
                [row.dataset, row.setting, network(row.lines[0]["config"]["teacher"]), row.label, population]
                + [percent(column(row, model, population)) for model in MODELS]
                + [percent(column(row, "fidelity", population)), percent(column(row, "ece", "student", population))]
                + [str(len(row.lines))]
            )
    header = ["data", "setting", "teacher", "method", "test nodes", *MODELS.values()]
    return markdown([*header, "fidelity", "student's ECE", "splits"], body)


def _populations(row: Row) -> list[str]:
    """Those that every line has scores of: lines of older code have none of cold nodes."""
    first = row.lines[0]["student"] if row.lines else {}
    return [name for name in first if all(name in line["student"] for line in row.lines)]


def costs() -> str:
    """Seconds per stage, peak memory, and milliseconds per request of every row."""
    body = []
    for row in rows():
        if not row.lines:
            continue
        timed = [entry for line in row.lines for entry in line.get("latency", {}).get("rows", ())]
        median = {(entry["model"], entry["nodes"]): entry["median_ms"] for entry in timed}
        peaks = [line["peak_memory_mib"] for line in row.lines if line.get("peak_memory_mib")]
        body.append(
            [row.dataset, row.setting, network(row.lines[0]["config"]["teacher"]), row.label]
            + [f"{mean_std(column(row, 'seconds', stage))['mean']:.1f}" for stage in STAGES]
            + [str(max(peaks)) if peaks else ""]
            + [f"{median['teacher', k]:.2f} / {median['student', k]:.3f}" if median else "" for k in (1, 10, 100)]
        )
    stages = ["teacher, s", "knowledge, s", "plain MLP, s", "student, s", "peak memory, MiB"]
    requests = [f"{k} node{'s' * (k > 1)}, ms: teacher / student" for k in (1, 10, 100)]
    return markdown(["data", "setting", "teacher", "method", *stages, *requests], body)


def machines() -> str:
    """Where the figures were made: one line per distinct environment."""
    lines = {}
    for env in (line["environment"] for row in rows() for line in row.lines):
        versions = ", ".join(f"{k} {v}" for k, v in env["versions"].items())
        machine = f"{env['processor']}, {env['cores']} cores, {env['threads']} thread(s), {env['device']}"
        lines[f"{machine}; {versions}"] = None
    return "\n".join(f"- {line}" for line in lines)


def versions() -> str:
    """Of how many lines and rows each version of the code is."""
    found = counted_versions(line for row in rows() for line in row.lines)
    return markdown(["made by", "lines", "rows"], [[made, str(lines), str(rows_)] for made, lines, rows_ in found])


def at_a_glance() -> str:
    """GLNN behind a SAGE teacher on unseen nodes, the hardest of the published populations."""
    body = []
    for row in complete():
        if row.label == "glnn" and row.setting == "inductive":
            ours, rivals = outcomes(row, "student", "unseen"), ("mlp", "teacher")
            scores = [percent(column(row, model, "unseen")) for model in ("mlp", "student", "teacher")]
            gaps = [difference(paired(ours, outcomes(row, rival, "unseen"))) for rival in rivals]
            body.append([row.dataset, *scores, *gaps, str(len(row.lines))])
    head = ["data", "plain MLP", "student", "SAGE teacher", "student minus MLP", "student minus teacher", "splits"]
    return markdown(head, body)


def in_words() -> str:
    """One sentence on how often students keep up, of all rows that distil, on unseen nodes."""
    told = {}
    for rival in ("mlp", "teacher"):
        found = [
            verdict(paired(outcomes(row, "student", "unseen"), outcomes(row, rival, "unseen")))
            for row in rows()
            if row.setting == "inductive" and row.label != "mlp" and len(row.lines) > 1
        ]
        told[rival] = [found.count(word) for word in ("better", "no difference beyond chance", "worse")], len(found)
    (mlp, number), (teacher, _) = told["mlp"], told["teacher"]
    return (
        f"Of {number} rows of all methods on unseen nodes, the student was better than a plain MLP in {mlp[0]} and "
        f"worse in {mlp[2]}; than its teacher better in {teacher[0]} and worse in {teacher[2]}. In the others no "
        "difference was found beyond chance, which with 20 labels a class is no proof of equality."
    )


SECTIONS = {
    "published": against_published,
    **{f"leaderboard_{name}": lambda name=name: leaderboard(name) for name in SETTINGS},
    **{
        f"hypergraphs_{name}": lambda name=name: hypergraph_tables.board(rows(), name, SETTINGS[name])
        for name in ("test", "unseen", "seen")
    },
    "hypergraphs_production": lambda: hypergraph_tables.board(rows(), "test", "inductive"),
    "hypergraph_latency": hypergraph_tables.latency,
    "released_divergence": lambda: hypergraph_tables.released_divergence(rows()),
    "comparisons": comparisons,
    "findings": findings,
    "keeping_up": keeping_up,
    "cost_of_codes": cost_of_codes,
    "selection_spread": selection.spread_table,
    "selection_rules": selection.rules_table,
    "spot_check": spot_check.table,
    "sources": sources,
    "scores": all_scores,
    "costs": costs,
    "machines": machines,
    "versions": versions,
    "at_a_glance": at_a_glance,
    "in_words": in_words,
    "scale_assumptions": scale_plan.assumptions,
    "scale_sizes": scale_plan.sizes_table,
    "scale_shuffles": scale_plan.shuffles_table,
    "scale_steps": scale_plan.steps_table,
    "scale_measured": scale_plan.measured_in_words,
    **{f"graphs_{name}": lambda name=name: graphs_page.section(name) for name in ("free", "board", "many")},
    "imputation_worth": imputation_words.worth,
    "imputation_trials": imputation_words.trials,
    "imputation_kernels": imputation_words.kernels,
    **{f"{kind}_index": lambda kind=kind: reference_pages.index(kind) for kind in KINDS},
    **{f"{kind}_entries": lambda kind=kind: reference_pages.entries(kind) for kind in KINDS},
}


def fill(text: str) -> str:
    """`text` with the content between each pair of `<!-- generated: NAME -->` and `<!-- end -->` made anew."""

    def section(match: re.Match[str]) -> str:
        return f"<!-- generated: {match[1]} -->\n{SECTIONS[match[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", section, text, flags=re.DOTALL)


def documents() -> dict[Path, str]:
    """Every file that has generated parts, and what it is to say."""
    written = method_pages.pages(rows())
    filled = [README, RESULTS, *(path for path in DOCS.rglob("*.md") if path not in written)]
    return {path: fill(path.read_text()) for path in filled} | written | typed_packages.packages()


def main() -> int:
    """Rewrite the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a document is out of date")
    options = parser.parse_args()
    made = documents()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if options.check:
            print(f"{path.name} is out of date; run python benchmarks/tables.py")
        else:
            write_text(path, made[path])
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
