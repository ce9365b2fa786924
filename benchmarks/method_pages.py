"""A page for each method, from its docstring and what result files say of it. `tables.py` writes them."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import imputation
import links_words
import students
from figures import column, counted, difference, markdown, outcomes, percent
from links_lines import RESULTS as LINKS
from rows import HERE, Row

from gnn2mlp.core.files import read_json
from gnn2mlp.evaluate import Paired, paired
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.objectives import OBJECTIVES, parse_objective
from gnn2mlp.studies import ledger
from gnn2mlp.studies.versions import counted as counted_versions

FOLDER = HERE.parent / "docs" / "methods"
# Who is scored, by the setting.
POPULATIONS = {"inductive": "unseen", "transductive": "test"}
# Splits that a verdict takes.
FEWEST = 3
RIVALS = {"mlp": "a plain MLP", "teacher": "its own teacher", "other": "the row named in the table"}

BOARD = """Accuracy in percent, mean ± standard deviation over splits; differences in points with the 95 % interval of
the corrected resampled t-test. *unseen* nodes did not exist in training, *test* nodes are those of the transductive
setting. A verdict takes three splits and an interval without 0."""


def page(name: str, rows: Sequence[Row]) -> str:
    """The page of a method, in Markdown."""
    method = METHODS.get(name)
    parts = [f"# {name}", f"*{summary(method)}*", _facts(name, method), "## The idea", method.idea]
    parts += ["## The equation", _equation(method), *_terms(method)]
    helps = links_words.board(name, ledger.read(LINKS)) if method.unit == "pair" else board(name, rows)
    parts += ["## When it helps, on our board", helps, *_further(name), *_trials(method)]
    parts += ["## Options", _options(method)]
    parts += ["## Where it departs from the paper", method.departures or "Nowhere that we know of."]
    parts += ["## Citation", f"{method.citation}."]
    return "\n\n".join(parts) + "\n"


def summary(cls: type[Any]) -> str:
    """The first line of a docstring, with addresses as links."""
    first = (inspect.getdoc(cls) or "").partition("\n")[0]
    return re.sub(r"https://[^\s),;]+", lambda found: f"[{_site(found[0])}]({found[0]})", first)


def _site(address: str) -> str:
    """`arXiv 2306.05628` of an address of arXiv, and the like."""
    kind, _, number = address.removeprefix("https://").partition("/")
    return f"arXiv {number.removeprefix('abs/')}" if kind == "arxiv.org" else number


def _facts(name: str, method: type[Method]) -> str:
    made = _built(method)
    keys = [f"`{key}`" for key in sorted(made.teacher_keys)] if made else []
    if method.unit == "pair":
        return _facts_of_links(name, keys)
    facts = [
        ["run it", f"`gnn2mlp run --method {name}`" if made else "`RunConfig(method=0.5 * A() + 0.5 * B())`"],
        ["reads of the teacher", ", ".join(keys) or ("no teacher is trained" if made else "what its terms read")],
        ["graph when it answers", "**needed**, for positions" if made and made.needs_graph else "none"],
        [
            "tables of millions of rows",
            "yes, `gnn2mlp distill`" if made and _streams(made) else "no: it needs the graph",
        ],
    ]
    return markdown(facts[0], facts[1:])


def _facts_of_links(name: str, keys: Sequence[str]) -> str:
    """Of a method that speaks of pairs of nodes."""
    facts = [
        ["run it", f"`gnn2mlp run --task link --method {name}`"],
        ["predicts", "[links](../links.md)"],
        ["reads of the teacher", ", ".join(keys) or "no teacher is trained"],
        ["graph when it answers", "none"],
    ]
    return markdown(facts[0], facts[1:])


def _streams(method: Method) -> bool:
    links = {"neighbours", "hyperedges", "adjacency", "all_features", "pairs"}
    return method.streams and not method.needs_graph and not (set(method.needs) & links) and method.name != "tined"


def _built(method: type[Method]) -> Method | None:
    """The method with its defaults, if it has all of them."""
    required = [p for p in method.constructor_options().values() if p.default is p.empty]
    return None if required else method()


def _equation(method: type[Method]) -> str:
    """What the docstring says of the loss, from `L =` to the end of the sentence."""
    text = " ".join((inspect.getdoc(method) or "").split())
    found = re.search(r"L = .*?(?=\.(?:\s|$)|, of a student|, over training nodes)", text)
    if found is None:
        return "It has no loss of its own: that of its terms, which follow."
    told = re.sub(r"; see `\w+`", "", found[0]).replace("`", "")
    return f'<div class="equation" markdown="0">{told}</div>'


def _terms(method: type[Method]) -> list[str]:
    """The terms of the loss with their default weights, and each term's own equation."""
    made = _built(method)
    if made is None:
        return []
    body = [
        [
            f"{term['weight']:g}",
            f"[`{term['name']}`](../reference/objectives.md#{term['name']})",
            _escaped(_first(term)),
        ]
        for term in parse_objective(made.build_objective()).to_list()
    ]
    return ["The terms, with the weights that they have by default:", markdown(["weight", "term", "what it is"], body)]


def _first(term: dict[str, Any]) -> str:
    return (inspect.getdoc(OBJECTIVES.get(term["name"])) or "").partition("\n")[0]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def board(name: str, rows: Sequence[Row]) -> str:
    """Verdicts and the figures behind them; said plainly where there are none."""
    own = [row for row in rows if row.content["config"].get("method", "glnn") == name or _method(row) == name]
    measured = [row for row in own if row.lines]
    if not measured:
        ready = f" Rows are ready to be run: {_listed(own)}." if own else ""
        here = "what there is of it follows" if name in FURTHER else "nothing is claimed of it here"
        return f"**No lines yet.** The board has no measured row of this method: {here}.{ready}"
    verdicts = [f"- {line}" for line in _verdicts(measured, rows)]
    waiting = [row for row in own if not row.lines]
    parts = [BOARD, "\n".join(verdicts), _table(measured, rows), _made_by(measured)]
    return "\n\n".join([*parts, *([f"Not run yet: {_listed(waiting)}."] if waiting else [])])


def _method(row: Row) -> str:
    given = row.content["config"].get("method", "glnn")
    return str(given["name"]) if isinstance(given, dict) else str(given)


def _listed(rows: Iterable[Row]) -> str:
    return ", ".join(f"`{row.name}`" for row in rows)


REACHED = """Three students averaged, of the teacher that validation chose. *Best published* is the best mean that a
paper has for a student without a graph under this protocol, *to reach* an aim that was set before; the number of splits
is in brackets."""


class Found(NamedTuple):
    """A comparison of a row's student with a rival."""

    row: Row
    paired: Paired | None


def _against(row: Row, rival: str, rows: Sequence[Row]) -> Found:
    population = POPULATIONS[row.setting]
    if rival != "other":
        same = rival == "mlp" and _method(row) == "mlp"
        return Found(
            row, None if same else paired(outcomes(row, "student", population), outcomes(row, rival, population))
        )
    other = next((one for one in rows if [one.name] == row.against[:1]), None)
    if other is None or not {*column(row, "seed")} & {*column(other, "seed")}:
        return Found(row, None)
    return Found(row, paired(outcomes(row, "student", population), outcomes(other, "student", population)))


def _verdicts(measured: Sequence[Row], rows: Sequence[Row]) -> Iterator[str]:
    plain = [row for row in measured if row.label in _plain(row)]
    for rival, called in RIVALS.items():
        found = [one for one in (_against(row, rival, rows) for row in plain or measured) if one.paired]
        if found:
            yield f"**against {called}**: {_told(found)}"


def _told(found: Sequence[Found]) -> str:
    """`better on cpf-cora (test); no difference found on ...`."""
    groups: dict[str, list[str]] = {}
    for one in found:
        groups.setdefault(_verdict(one.paired), []).append(_place(one.row))
    order = ("better", "no difference found", "worse", "too few splits")
    told = [f"{word} on {len(groups[word])} ({', '.join(groups[word])})" for word in order if word in groups]
    return f"of {len(found)}: {'; '.join(told)}."


def _verdict(found: Paired | None) -> str:
    if found is None or found.n < FEWEST:
        return "too few splits"
    if not found.differs:
        return "no difference found"
    return "better" if found.difference > 0 else "worse"


def _place(row: Row) -> str:
    return f"{row.dataset} {POPULATIONS[row.setting]}{'' if row.label in _plain(row) else f' `{row.label}`'}"


def _plain(row: Row) -> tuple[str, str]:
    """Labels that say no more than the method does."""
    return _method(row), _method(row).replace("_", "-")


def _table(measured: Sequence[Row], rows: Sequence[Row]) -> str:
    body = []
    for row in sorted(measured, key=lambda row: (row.label, row.dataset, row.setting)):
        population = POPULATIONS[row.setting]
        cells = [_gap(_against(row, rival, rows)) for rival in RIVALS]
        score = percent(column(row, "student", population))
        other = f" `{row.against[0].split('_')[1]}`" if row.against and cells[2] else ""
        splits = counted(len(row.lines), len(row.seeds))
        body.append([f"`{row.label}`", row.dataset, population, score, *cells[:2], f"{cells[2]}{other}", splits])
    head = ["row", "data", "nodes", "student", "minus plain MLP", "minus teacher", "minus another row", "splits"]
    return markdown(head, body)


def _gap(found: Found) -> str:
    return "" if found.paired is None else difference(found.paired)


def _made_by(measured: Sequence[Row]) -> str:
    """Which code made the lines."""
    made = counted_versions(line for row in measured for line in row.lines)
    told = ", ".join(f"{lines} by {by}" for by, lines, _ in made)
    return (
        f"Lines: {told}. [RESULTS](../../benchmarks/RESULTS.md#spot-check-of-the-present-code) says what became of "
        "rows of older code when they were run again."
    )


def _further(name: str) -> list[str]:
    """What other result files say of a method."""
    return FURTHER[name]() if name in FURTHER else []


def _imputation() -> list[str]:
    lines = ledger.read(imputation.RESULTS)
    about = (
        "The method beside itself without each of its parts, one teacher a split; of the whole method the number of "
        "splits is in brackets, of others the paired difference to it. [How it was "
        "made](../../benchmarks/IMPUTATION.md), and [what it is worth](../neighbour_imputation.md)."
    )
    return ["### What it reaches", REACHED, imputation.reached(lines), "### Its parts", about, imputation.table(lines)]


def _students() -> list[str]:
    """Three students averaged, and distilled into one, beside plain GLNN with the same teacher."""
    done = read_json(students.RESULT)
    body = []
    for name in ("three averaged", "three averaged, into one"):
        for dataset, setting, teacher in sorted({(line["dataset"], line["setting"], line["teacher"]) for line in done}):
            population = POPULATIONS[setting]
            cell = [
                line
                for line in done
                if (line["dataset"], line["setting"], line["teacher"]) == (dataset, setting, teacher)
            ]
            ours, base = (
                [one._replace(score=one.score / 100) for one in students.outcomes(cell, option, population)]
                for option in (name, "plain")
            )
            if ours and base:
                found = paired(ours, base)
                mean = 100 * fmean(one.score for one in ours)
                body.append(
                    [
                        name,
                        dataset,
                        population,
                        teacher,
                        f"{mean:.2f}",
                        difference(found),
                        _verdict(found),
                        str(found.n),
                    ]
                )
    head = ["students", "data", "nodes", "teacher", "accuracy", "minus one plain student", "verdict", "splits"]
    return [
        "### Three students, beside one with the same teacher",
        "From `benchmarks/results/students.json`.",
        markdown(head, body),
    ]


def _where_it_pays() -> list[str]:
    return [
        "[Where distilling pays](../../benchmarks/WHERE_IT_PAYS.md) sets it beside a plain MLP and its teacher on "
        "further data sets."
    ]


FURTHER: dict[str, Callable[[], list[str]]] = {
    "averaged_students": _students,
    "glnn": _where_it_pays,
    "neighbour_imputation": _imputation,
}


def _trials(method: type[Method]) -> list[str]:
    """Paragraphs of the docstring that tell of trials, which have no result file."""
    found = [part for part in _paragraphs(method) if re.search(r"\b[Tt]rials?\b", part)]
    quoted = "\n>\n".join(f"> {part}" for part in found)
    return (
        ["### Trials", "From its docstring; they were made by hand, and no result file stands behind them:", quoted]
        if found
        else []
    )


def _paragraphs(method: type[Method]) -> list[str]:
    body = (inspect.getdoc(method) or "").partition("\nArgs:")[0]
    return [" ".join(part.split()) for part in body.split("\n\n")]


def _options(method: type[Any]) -> str:
    """Name, default and meaning of each argument."""
    about = arguments(method)
    body = [
        [
            f"`{name}`",
            "required" if option.default is option.empty else f"`{option.default!r}`",
            _escaped(about.get(name, "")),
        ]
        for name, option in method.constructor_options().items()
    ]
    return markdown(["option", "default", "what it is"], body) if body else "None."


def arguments(cls: type[Any]) -> dict[str, str]:
    """What the docstring's `Args` say, by name."""
    block = re.search(r"^Args:\n((?:[ ]{4}.*\n?|\n)+)", inspect.getdoc(cls) or "", re.MULTILINE)
    found = re.findall(r"^ {4}(\w+): ((?:.*\n?)(?: {8}.*\n?)*)", block[1] if block else "", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def pages(rows: Sequence[Row]) -> dict[Path, str]:
    """Each page and what it is to say."""
    return {FOLDER / f"{name}.md": page(name, rows) for name in METHODS.names()}
