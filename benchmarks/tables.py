"""Write the generated tables of README.md and RESULTS.md from result files and registries.

With `--check` nothing is written, and the exit code is 1 if they are out of date.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gnn2mlp.cli.list import entries
from gnn2mlp.core.artefact import write_text

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
RESULTS = HERE / "RESULTS.md"
MODELS = {"teacher": "teacher", "mlp": "plain MLP", "student": "student"}


def results() -> list[dict[str, Any]]:
    """Every committed result of a row of `papers/`, by row name."""
    return [json.loads(path.read_text()) for path in sorted((HERE / "results").glob("*.json"))]


def markdown(header: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percent(score: dict[str, float]) -> str:
    """`82.25 ± 1.35` from fractions."""
    return f"{100 * score['mean']:.2f} ± {100 * score['std']:.2f}"


def reaches(ours: dict[str, float], published: Sequence[float]) -> bool:
    """Whether our mean is above the published one, or below it by at most the published std."""
    mean, std = published
    return 100 * ours["mean"] >= mean - std


def against_published() -> str:
    """Our figures beside the published ones; a figure that falls short by more than the published std is marked."""
    body = []
    for row in results():
        if not row["reported"]:
            continue
        populations = row["reported"]["scores"]["teacher"]
        for population in populations:
            cells = []
            for model in MODELS:
                ours, published = row["summary"][model][population], row["reported"]["scores"][model][population]
                mark = "" if reaches(ours, published) else " ✗"
                cells.append(f"{percent(ours)}{mark}<br>*{published[0]:.2f} ± {published[1]:.2f}*")
            body.append([row["graph"]["name"], row["config"]["setting"], population, *cells])
    return markdown(["data", "setting", "test nodes", "SAGE teacher", "plain MLP", "GLNN student"], body)


def all_scores() -> str:
    """Every row and population: accuracy, fidelity and calibration error of the student."""
    body = []
    for row in results():
        summary, config = row["summary"], row["config"]
        for population in summary["student"]:
            body.append(
                [row["graph"]["name"], config["setting"], config["teacher"]["name"], config["method"]["name"]]
                + [population]
                + [percent(summary[model][population]) for model in MODELS]
                + [percent(summary["fidelity"][population]), percent(summary["ece"]["student"][population])]
                + [str(len(row["seeds"]))]
            )
    header = ["data", "setting", "teacher", "method", "test nodes", *MODELS.values()]
    return markdown([*header, "fidelity", "student's ECE", "splits"], body)


def costs() -> str:
    """Seconds per stage and milliseconds per request of every row."""
    body = []
    for row in results():
        seconds, latency = row["summary"]["seconds"], row["latency"]
        median = {(entry["model"], entry["nodes"]): entry["median_ms"] for entry in (latency or {}).get("rows", ())}
        body.append(
            [row["graph"]["name"], row["config"]["setting"], row["config"]["teacher"]["name"]]
            + [f"{seconds[stage]['mean']:.1f}" for stage in ("teacher", "knowledge", "mlp", "student")]
            + [f"{median['teacher', k]:.2f} / {median['student', k]:.3f}" if median else "" for k in (1, 10, 100)]
        )
    stages = ["teacher, s", "knowledge, s", "plain MLP, s", "student, s"]
    requests = [f"{k} node{'s' * (k > 1)}, ms: teacher / student" for k in (1, 10, 100)]
    return markdown(["data", "setting", "teacher", *stages, *requests], body)


def machines() -> str:
    """Where the figures were made: one line per distinct environment."""
    lines = {}
    for row in results():
        env = row["environment"]
        versions = ", ".join(f"{k} {v}" for k, v in env["versions"].items())
        machine = f"{env['processor']}, {env['cores']} cores, {env['threads']} thread(s), {env['device']}"
        lines[f"{machine}; {versions}"] = None
    return "\n".join(f"- {line}" for line in lines)


def registry(kind: str) -> str:
    """The entries of a registry with their citations."""
    return markdown(["name", "what it is", "citation"], [[f"`{n}`", about, c] for n, about, c in entries(kind)])


SECTIONS = {
    "published": against_published,
    "scores": all_scores,
    "costs": costs,
    "machines": machines,
    **{kind: lambda kind=kind: registry(kind) for kind in ("datasets", "splits", "teachers", "methods", "objectives")},
}


def fill(text: str) -> str:
    """`text` with the content between each pair of `<!-- generated: NAME -->` and `<!-- end -->` made anew."""

    def section(match: re.Match[str]) -> str:
        return f"<!-- generated: {match[1]} -->\n{SECTIONS[match[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", section, text, flags=re.DOTALL)


def main() -> int:
    """Rewrite the files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table is out of date")
    options = parser.parse_args()
    stale = [path for path in (README, RESULTS) if fill(path.read_text()) != path.read_text()]
    for path in stale:
        if options.check:
            print(f"{path.name} is out of date; run python benchmarks/tables.py")
        else:
            write_text(path, fill(path.read_text()))
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
