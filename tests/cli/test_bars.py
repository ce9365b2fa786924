import io
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
