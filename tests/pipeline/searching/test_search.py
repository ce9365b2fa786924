"""The search: references first, the same result for the same seed, also after a kill, and within its time."""

from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError, DivergenceError
from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline.config import RunConfig
from gnn2mlp.pipeline.searching import search as module
from gnn2mlp.pipeline.searching.chance import Difference
from gnn2mlp.pipeline.searching.clock import Clock, OutOfTimeError
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from gnn2mlp.pipeline.searching.search import Search
from gnn2mlp.pipeline.searching.space import Choice
from tests.pipeline.searching.conftest import make_search


def told(search: Search) -> list[Any]:
    return [(trial.label, trial.scores, trial.losses, trial.state) for trial in search.trials]


def fresh(rehearsals: Rehearsals, clock: Clock | None = None) -> Rehearsals:
    """The same inner splits and files, and nothing in memory: as another process has them."""
    return Rehearsals(rehearsals.job, rehearsals.outer, rehearsals.setting, clock or Clock())


def test_references_come_first_and_the_best_meet_again(rehearsals: Rehearsals, space_file: str):
    search = make_search(rehearsals, space_file)
    best = search.run()
    assert [trial.label for trial in search.trials[:2]] == ["plain GLNN", "plain MLP"]
    assert search.trials[2].proposed == "first"
    assert search.trials[2].config.method.options["hard_weight"] == 0.3
    assert len(search.trials) == 5
    assert {len(trial.scores) for trial in search.references.values()} == {4}  # two inner splits, and two more
    assert len(best.scores) == 4
    final = [trial for trial in search.trials if len(trial.scores) == 4]
    assert best is max(final, key=lambda trial: trial.rank)


def test_the_same_seed_gives_the_same_search_also_after_a_kill(
    rehearsals: Rehearsals, space_file: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
):
    whole = make_search(rehearsals, space_file)
    best = whole.run()
    from dataclasses import replace

    from gnn2mlp.knowledge import Store

    other = replace(rehearsals.job, store=Store(tmp_path / "other"))
    killed = Rehearsals(other, rehearsals.outer, "inductive", Clock())
    real, count = Rehearsals.score, [0]

    def dying(self: Rehearsals, *arguments: Any) -> float:
        count[0] += 1
        if count[0] == 7:
            raise KeyboardInterrupt
        return real(self, *arguments)

    monkeypatch.setattr(Rehearsals, "score", dying)
    with pytest.raises(KeyboardInterrupt):
        make_search(killed, space_file).run()
    resumed = make_search(fresh(killed), space_file)
    again = resumed.run()
    assert told(resumed) == told(whole)
    assert again.number == best.number


def test_what_falls_behind_is_given_up(rehearsals: Rehearsals, space_file: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "difference", lambda *_: Difference(-0.2, 0.1, 15))
    search = make_search(rehearsals, space_file)
    search.run()
    assert {(trial.state, len(trial.scores)) for trial in search.trials[2:]} == {("given up", 1)}


def test_a_search_ends_with_its_time(rehearsals: Rehearsals, space_file: str):
    search = make_search(fresh(rehearsals, Clock(1e-9)), space_file)
    best = search.run()
    assert best is search.trials[0]
    assert not best.scores
    assert best.label == "plain GLNN"
    assert search.trials[0].state == "cut off"


def test_a_trial_that_is_cut_off_is_not_chosen(
    rehearsals: Rehearsals, space_file: str, monkeypatch: pytest.MonkeyPatch
):
    real, count = Rehearsals.score, [0]

    def slow(self: Rehearsals, *arguments: Any) -> float:
        count[0] += 1
        if count[0] == 6:
            raise OutOfTimeError
        return real(self, *arguments)

    monkeypatch.setattr(Rehearsals, "score", slow)
    search = make_search(rehearsals, space_file, finalists=0)
    best = search.run()
    assert [trial.state for trial in search.trials] == ["judged", "judged", "cut off"]
    assert best.number in (0, 1)


def test_a_configuration_that_fails_does_not_end_the_search(
    rehearsals: Rehearsals, space_file: str, monkeypatch: pytest.MonkeyPatch
):
    real = Rehearsals.score

    def failing(self: Rehearsals, config: Any, number: int) -> float:
        if config.method.options.get("hard_weight"):
            raise DivergenceError("too fast")
        return real(self, config, number)

    monkeypatch.setattr(Rehearsals, "score", failing)
    search = make_search(rehearsals, space_file)
    best = search.run()
    assert search.trials[2].state == "failed"
    assert search.trials[2].error == "DivergenceError: too fast"
    assert best.state == "judged"


def test_plain_glnn_that_fails_ends_it(rehearsals: Rehearsals, space_file: str, monkeypatch: pytest.MonkeyPatch):
    def failing(self: Rehearsals, config: Any, number: int) -> float:
        raise DivergenceError("too fast")

    monkeypatch.setattr(Rehearsals, "score", failing)
    with pytest.raises(DivergenceError, match="too fast"):
        make_search(rehearsals, space_file).run()


def test_what_must_have_a_teacher_has_one(rehearsals: Rehearsals, space_file: str):
    search = make_search(rehearsals, space_file, methods=["glnn", "mlp"])
    search.with_teacher = True
    assert search.run().config.method.name != "mlp"
    assert not search.references["mlp"].eligible


def test_a_space_that_is_exhausted_ends_it(rehearsals: Rehearsals, space_file: str):
    search = make_search(rehearsals, space_file, trials=10_000, rehearsals=1, finalists=0)
    search.space = type(search.space)(
        {"gcn": Spec("gcn")}, {"glnn": {}}, {"mlp": {}}, {"features": {}}, {}, {}, (), {"glnn": ["gcn"]}
    )
    search.run()
    assert len(search.trials) == 2


def test_parts_that_do_not_go_together_are_noted_once_and_end_no_search(rehearsals: Rehearsals, space_file: str):
    search = make_search(rehearsals, space_file, trials=4, rehearsals=1, finalists=0)
    real = search.make

    def picky(choice: Choice) -> RunConfig:
        if "hidden" in choice.student.options:
            raise ConfigError("too wide")
        return real(choice)

    def never(choice: Choice) -> RunConfig:
        raise ConfigError("never")

    search.make = picky
    search.run()
    impossible = [trial for trial in search.trials if not trial.possible]
    assert {trial.error for trial in impossible} == {"too wide"}
    assert len({trial.label for trial in impossible}) == len(impossible) > 0
    assert all("hidden" in trial.config.student.options for trial in impossible)
    assert len(search.trials) - len(impossible) == 4
    search = make_search(rehearsals, space_file, trials=10_000, rehearsals=1, finalists=0)
    search.make = lambda choice: (real if len(search.trials) < 2 else never)(choice)
    search.run()  # ends, though nothing that is proposed can be
    assert all(not trial.possible for trial in search.trials[2:])


def test_time_for_the_last_training_is_left(rehearsals: Rehearsals, space_file: str):
    search = make_search(fresh(rehearsals, Clock(1000.0)), space_file)
    search.reserve = lambda seconds: 400.0
    search._references(range(2))
    search._limit(0.5)
    assert search.clock.limit == 0.5 * 600


def test_without_optuna_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install \"gnn2mlp\[auto\]\""):
        module.check_installed()
