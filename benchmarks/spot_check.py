"""Run some rows of the leaderboard again on the splits of their lines, and weigh the new scores against those.

    python benchmarks/spot_check.py --data-root DATA                   # the rows below, every seed that has a line
    python benchmarks/spot_check.py --rows 'wu2023_krd_cpf-c*_transductive' --seeds 3

Lines stay as they are; new scores and differences go to `benchmarks/results/spot_check.json`, with the interval of the
corrected resampled t-test and the plain one. The plain one is narrower and speaks of further splits of the same graph
alone. That is what a change of the code is asked about, so a mean has fallen where the plain interval lies below 0.
"""

import argparse
import sys
from pathlib import Path
from statistics import fmean
from typing import Any

from figures import difference, markdown
from rows import HERE, Row, rows

from gnn2mlp import run
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.locks import locked
from gnn2mlp.evaluate import Outcome, Paired, paired
from gnn2mlp.studies.lines import line_of
from gnn2mlp.studies.versions import made_by

ROWS = (
    *(
        f"{method}_{dataset}_transductive"
        for dataset in ("cpf-cora", "cpf-citeseer")
        for method in ("zhang2022_glnn", "wu2023_krd", "yang2024_vqgraph")
    ),
    "feng2024_light-hgnn_cocitation-cora_transductive",
)
MODELS = ("teacher", "student")
RESULT = HERE / "results" / "spot_check.json"
Record = dict[str, Any]


def again(row: Row, seed: int, work: Path, settings: Record) -> Record:
    """The line that the present code makes of one seed; a run that was finished before is not repeated."""
    config = row.config(**settings, seeds=[seed], latency=False)
    folder = work / row.name / digest_json(config.identity())[:8] / f"seed-{seed:03d}"
    return line_of(run(config.model_copy(update={"out": folder})), config)


def weighed(before: list[Record], after: list[Record]) -> Record:
    """By model and population: both means, and the paired difference after - before with both intervals."""
    told = after[0]["student"].keys() & before[0]["student"].keys() - {"production"}
    populations = [population for population in after[0]["student"] if population in told]
    return {
        model: {population: _difference(before, after, model, population) for population in populations}
        for model in MODELS
    }


def _difference(before: list[Record], after: list[Record], model: str, population: str) -> Record:
    old, new = ([Outcome.of(line, model, population) for line in lines] for lines in (before, after))
    corrected, plain = paired(new, old), paired(new, old, test="plain")
    return {
        "before": fmean(outcome.score for outcome in old),
        "after": fmean(outcome.score for outcome in new),
        "corrected": _plain_types(corrected),
        "plain": _plain_types(plain),
    }


def _plain_types(found: Paired) -> Record:
    return {key: None if value != value else value for key, value in found._asdict().items()}  # JSON has no NaN


def check(row: Row, seeds: int | None, work: Path, settings: Record) -> Record:
    """One row: its seeds again, their scores, and how they compare with its lines.

    Raises:
        DataError: if a split is another one than that of the line: the data or the draw have changed.
    """
    before = row.lines[:seeds]
    after = [again(row, line["seed"], work, settings) for line in before]
    scores = [{"seed": line["seed"], **{model: line[model] for model in MODELS}} for line in after]
    found = weighed(before, after)
    return {
        "splits": len(before),
        "before": sorted({made_by(line) for line in before}),
        "after": made_by(after[0]),
        "environment": after[0]["environment"],
        "scores": scores,
        **found,
    }


def told(name: str, record: Record) -> str:
    """A line for each model and population: both means, and the difference with its two intervals."""
    lines = [f"{name}, {record['splits']} splits; before: {', '.join(record['before'])}; after: {record['after']}"]
    for model in MODELS:
        for population, found in record[model].items():
            corrected, plain = (Paired(**_floats(found[test])) for test in ("corrected", "plain"))
            both = f"{difference(corrected)}, plain {difference(plain)}"
            means = f"{100 * found['before']:.2f} -> {100 * found['after']:.2f}"
            lines.append(f"  {model} {population}: {means}, {both}: {verdict(plain)}")
    return "\n".join(lines)


def verdict(plain: Paired) -> str:
    """Whether a mean has changed, by the plain interval."""
    return "fell" if plain.high < 0 else "rose" if plain.low > 0 else "no difference beyond chance"


def table(path: Path = RESULT) -> str:
    """A line for each row, model and population of the file, and which code made the new scores."""
    checked: dict[str, Record] = read_json(path) if path.exists() else {}
    body = []
    for name, record in checked.items():
        _, label, dataset, _ = name.split("_")
        for model in MODELS:
            for population, found in record[model].items():
                corrected, plain = (Paired(**_floats(found[test])) for test in ("corrected", "plain"))
                means = [f"{100 * found[when]:.2f}" for when in ("before", "after")]
                interval = f"[{100 * plain.low:+.2f}, {100 * plain.high:+.2f}]"
                cells = [str(record["splits"]), *means, difference(corrected), interval, verdict(plain)]
                body.append([dataset, f"`{label}`", model, population, *cells])
    header = ["data", "row", "model", "test nodes", "splits", "before", "after", "difference", "plain interval"]
    made = ", ".join(sorted({record["after"] for record in checked.values()}))
    return f"{markdown([*header, 'by it'], body)}\n\nAfter: {made or 'not run'}."


def _floats(found: Record) -> Record:
    return {key: float("nan") if value is None else value for key, value in found.items()}


def main(arguments: list[str] | None = None) -> int:
    """Check the chosen rows; 1 if the mean of a student has fallen, or a row has no lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", default=ROWS, help="which rows, by file name; default: those of the board")
    parser.add_argument("--seeds", type=int, help="only the first so many of each row")
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA, else downloads")
    parser.add_argument("--work", type=Path, default=Path("runs/spot_check"), help="folder of the full runs")
    parser.add_argument("--output", type=Path, default=RESULT, help="what is written")
    options = parser.parse_args(arguments)
    settings = {"data_root": options.data_root, "cache": options.work / "cache"}
    failed = False
    for row in rows(*options.rows):
        if not row.lines:
            failed = True
            print(f"{row.name}: has no lines to compare with", file=sys.stderr)
            continue
        record = check(row, options.seeds, options.work, settings)
        put(options.output, row.name, record)
        print(told(row.name, record), flush=True)
        failed |= any((found["plain"]["high"] or 0) < 0 for found in record["student"].values())
    return int(failed)


def put(path: Path, name: str, record: Record) -> None:
    """Add a row's record to the file, in place of an older one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path):
        known = read_json(path) if path.exists() else {}
        write_json(path, {**known, name: record})


if __name__ == "__main__":
    sys.exit(main())
