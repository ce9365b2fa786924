import io
from typing import Any

from rich.console import Console

from gnn2mlp.pipeline import FitResult
from gnn2mlp.report.fit_table import column_table, data_table, fit_table


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


def test_of_hundreds_of_columns_those_that_are_read_alike_share_a_row() -> None:
    def column(name: str, encoder: str = "raw", gaps: int = 0) -> dict[str, Any]:
        return {"name": name, "kind": "int", "encoder": encoder, "width": 2, "gaps": gaps, "reason": f"as {encoder}"}

    few = [column(f"w{k}", gaps=k) for k in range(3)]
    assert "more" not in shown(column_table({"columns": few}))
    told = shown(column_table({"columns": [*few, column("price", "log"), *(column(f"x{k}") for k in range(600))]}))
    assert "w0 and 602 more" in told
    assert "1,206" in told  # features
    assert "price" in told
    assert len(told.splitlines()) < 10
