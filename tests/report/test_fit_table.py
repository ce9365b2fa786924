import io

from rich.console import Console

from gnn2mlp.pipeline import FitResult
from gnn2mlp.report.fit_table import data_table, fit_table


def shown(part: object) -> str:
    console = Console(file=io.StringIO(), width=80)
    console.print(part)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_tables_fit_into_80_columns(fitted: FitResult) -> None:
    for text in (shown(data_table(fitted.results["data"])), shown(fit_table(fitted.results))):
        assert max(map(len, text.splitlines())) <= 80
        assert "…" not in text.replace("…\n", "")


def test_the_verdict_comes_first_and_warnings_have_remedies(fitted: FitResult) -> None:
    assert " ".join(shown(fit_table(fitted.results)).split()).startswith(fitted.verdict)
    report = shown(data_table(fitted.results["data"]))
    for one in fitted.results["data"]["warnings"]:
        assert one["remedy"] in " ".join(report.split())
