"""The board of a search: order, verdict, file and frame."""

from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.pipeline.searching import leaderboard as module
from gnn2mlp.pipeline.searching.chance import Difference
from gnn2mlp.pipeline.searching.leaderboard import Leaderboard, leaderboard
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from tests.pipeline.searching.conftest import make_search


@pytest.fixture
def board(rehearsals: Rehearsals, space_file: str) -> Leaderboard:
    search = make_search(rehearsals, space_file)
    return leaderboard(search, search.run(), "tiny")


def test_the_chosen_one_is_first_and_all_are_there(board: Leaderboard):
    assert board.rows[0]["number"] == board.winner
    assert sorted(row["number"] for row in board.rows) == [*range(5)]
    rest = [row for row in board.rows[1:] if row["state"] == "judged"]
    assert rest == sorted(rest, key=lambda row: (-row["score"], row["loss"], row["number"]))
    plain = next(row for row in board.rows if row["label"] == "plain MLP")
    assert plain["teacher"] is None
    assert plain["method"] == {"name": "mlp"}
    assert board.best["score"] == pytest.approx(sum(board.best["scores"]) / 4)
    assert (board.facts["rehearsals"], board.facts["final"], board.facts["tried"]) == (2, 2, 5)
    assert board.facts["metric"]["title"] == "accuracy"


def test_few_judges_tell_little(board: Leaderboard):
    warnings = board.verdict["warnings"]
    rivals = [name for name in ("glnn", "mlp") if name in board.verdict["against"]]
    assert rivals
    assert any("within chance of" in warning for warning in warnings)
    against = board.verdict["against"][rivals[0]]
    assert against["low"] < against["value"] < against["high"]


@pytest.mark.parametrize("ahead", [True, False])
def test_a_warning_is_given_within_chance_alone(
    rehearsals: Rehearsals, space_file: str, monkeypatch: pytest.MonkeyPatch, ahead: bool
):
    search = make_search(rehearsals, space_file)
    search.run()
    winner = search.trials[2]
    monkeypatch.setattr(module, "difference", lambda *_: Difference(0.05, 0.001 if ahead else 0.1, 500))
    verdict = leaderboard(search, winner, "tiny").verdict
    assert len(verdict["warnings"]) == (0 if ahead else 2)
    assert ("beyond chance" in verdict["sentence"]) is ahead
    if not ahead:
        assert verdict["warnings"][0].startswith("The best is within chance of plain GLNN: +5 ± ")
        assert "500 judging nodes, 5 configurations" in verdict["warnings"][0]


def test_what_must_have_a_teacher_may_be_behind_a_plain_mlp(
    rehearsals: Rehearsals, space_file: str, monkeypatch: pytest.MonkeyPatch
):
    search = make_search(rehearsals, space_file)
    search.run()
    monkeypatch.setattr(module, "difference", lambda *_: Difference(-0.2, 0.01, 500))
    warnings = leaderboard(search, search.trials[2], "tiny").verdict["warnings"]
    assert warnings[1].startswith("The best is behind a plain MLP: −20 ± ")


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [([], "Nothing was judged: plain GLNN is taken."), ([0.5], "Nothing else was judged: plain GLNN is taken.")],
)
def test_a_search_without_a_rival_claims_nothing(
    rehearsals: Rehearsals, space_file: str, scores: list[float], sentence: str
):
    search = make_search(rehearsals, space_file)
    trial = search._trial(search.space.plain("glnn"), "reference")
    trial.state, trial.scores, trial.losses = "cut off", scores, scores
    verdict = leaderboard(search, trial, "tiny").verdict
    assert verdict["sentence"] == sentence
    assert "give a larger budget" in verdict["warnings"][0]


def test_plain_models_that_win_are_called_so(rehearsals: Rehearsals, space_file: str, monkeypatch: pytest.MonkeyPatch):
    search = make_search(rehearsals, space_file)
    search.run()
    sentences = [leaderboard(search, trial, "tiny").verdict["sentence"] for trial in search.trials[:2]]
    assert sentences[0] == "Of 5 configurations none was better than plain GLNN."
    assert sentences[1].endswith("none was better than a plain MLP: nothing shows that distilling pays here.")
    monkeypatch.setattr(module, "difference", lambda *_: Difference(0.2, 0.01, 500))
    clear = leaderboard(search, search.trials[1], "tiny").verdict["sentence"]
    assert clear.endswith("none was better than a plain MLP: distilling does not pay here.")


def test_the_file_gives_back_the_board(board: Leaderboard, tmp_path: Path):
    board.save(tmp_path / "board.json")
    assert Leaderboard.load(tmp_path / "board.json").to_dict() == board.to_dict()
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ArtefactError, match="expected a leaderboard"):
        Leaderboard.load(tmp_path / "other.json")


def test_the_frame_has_a_row_for_each(board: Leaderboard):
    pytest.importorskip("pandas")
    frame = board.frame()
    assert len(frame) == 5
    assert frame.index[0] == board.winner
    assert set(frame["method"]) == {"glnn", "mlp"}
    assert frame.loc[1, "teacher"] is None or frame.loc[1, "teacher"] != frame.loc[1, "teacher"]
