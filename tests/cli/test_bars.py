import io
import re
from contextlib import suppress

from rich.console import Console

from gnn2mlp.cli._bars import Bars
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import RunConfig


def test_a_bar_per_stage_moves_over_all_seeds():
    with Bars(RunConfig(seeds=[4, 7]), Console(file=io.StringIO())) as bars:
        bars.listen(4, "teacher")(10, 200, "valid 0.5")
        first, second = bars.listen(7, "teacher"), bars.listen(7, "student")
        first(50, 200, "valid 0.7")
        second(1, 100)
        teacher, student = bars.progress.tasks
        assert (teacher.completed, teacher.total) == (250, 400)
        assert teacher.fields["note"] == "seed 2/2  valid 0.7"
        assert (student.description, student.completed, student.total) == ("student", 101, 200)
    assert teacher.finished


def test_an_error_leaves_the_bars_where_they_were():
    try:
        with Bars(RunConfig(seeds=1), Console(file=io.StringIO())) as bars:
            bars.listen(0, "teacher")(3, 10)
            raise RuntimeError("stop")
    except RuntimeError:
        pass
    assert not bars.progress.tasks[0].finished


def test_nothing_is_shown_before_the_first_news():
    shown = io.StringIO()
    with suppress(ConfigError), Bars(RunConfig(seeds=1), Console(file=shown)) as bars:
        bars.listen(0, "teacher")
        raise ConfigError("a mistake")
    assert shown.getvalue() == ""


def test_a_file_gets_a_line_when_a_stage_is_over_and_one_now_and_then():
    shown, seconds = io.StringIO(), iter([0.0, 10.0, 31.0, 40.0, 40.0, 42.5])
    with Bars(RunConfig(seeds=1), Console(file=shown, width=60), lambda: next(seconds)) as bars:
        teacher = bars.listen(0, "teacher")
        teacher(1, 200, "valid 0.1")
        teacher(50, 200, "valid 0.5")
        teacher(100, 200, "valid 0.8")
        bars.listen(0, "knowledge")(0, 1)
    assert shown.getvalue().splitlines() == [
        "teacher    50 %  valid 0.8",
        "teacher   40.0 s  valid 0.8",
        "knowledge 2.5 s",
    ]


def test_a_stage_that_does_not_know_how_far_it_is_sweeps_and_is_gone():
    console = Console(file=io.StringIO(), force_terminal=True, width=60)
    with Bars(RunConfig(seeds=[0, 1]), console) as bars:
        bars.listen(0, "knowledge")(0, 1)
        (task,) = bars.progress.tasks
        assert (task.description, task.total, task.fields["note"]) == ("knowledge", None, "seed 1/2")
        bars.listen(0, "student")(1, 2)
        assert [one.description for one in bars.progress.tasks] == ["student"]
        bars.listen(1, "report")(0, 1)
    assert [one.description for one in bars.progress.tasks] == ["student"]
    assert bars.progress.tasks[0].finished


def test_bars_can_begin_again_for_another_configuration():
    with Bars(RunConfig(seeds=[0]), Console(file=io.StringIO())) as bars:
        bars.listen(0, "teacher")(1, 2)
        bars.renew(RunConfig(seeds=[7]))
        bars.listen(7, "student")(1, 2)
        assert [one.description for one in bars.progress.tasks] == ["student"]


def screen(shown: str) -> list[str]:
    """The lines that a terminal shows at last, of what rich writes to it."""
    lines, row = [""], 0
    for part in re.split(r"(\n|\r|\x1b\[\d*[A-Za-z]|\x1b\[\?25[hl])", shown):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part.endswith("A") and part.startswith("\x1b["):
            row -= int(part[2:-1] or 1)
        elif not part.startswith(("\x1b", "\r")):
            lines[row] += part
    return [line.rstrip() for line in lines if line.strip()]


def test_what_is_printed_aside_stays_and_no_bar_is_left_of_what_is_over():
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, color_system=None, width=60)
    with Bars(RunConfig(seeds=[0]), console) as bars:
        for number in (1, 2):
            bars.renew(RunConfig(seeds=[number]))
            for stage in ("teacher", "student"):
                bars.listen(number, stage)(3, 10, "valid 0.5")
            with bars.aside():
                console.print(f"line {number}")
            assert [task.completed for task in bars.progress.tasks] == [3, 3]
    assert screen(shown.getvalue()) == ["line 1", "line 2"]


def test_bars_go_on_after_what_is_printed_aside():
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, color_system=None, width=60)
    with Bars(RunConfig(seeds=[0]), console) as bars:
        bars.listen(0, "tables")(1, 1, "300 rows")
        with bars.aside():
            console.print("what is in them")
        bars.listen(0, "teacher")(1, 2)
    report, tables, teacher = screen(shown.getvalue())
    assert report == "what is in them"
    assert tables.startswith("tables")
    assert "300 rows" in tables
    assert teacher.startswith("teacher")


def test_bars_go_to_standard_error(capsys):
    with Bars(RunConfig(seeds=1)) as bars:
        bars.listen(0, "teacher")(1, 2, "valid 0.5")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("teacher ")
