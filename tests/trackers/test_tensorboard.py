"""TensorBoard reads back what training said."""

from pathlib import Path

import pytest

from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.trackers import TensorBoard

pytest.importorskip("tensorboard")


def test_a_run_is_there_with_its_stages_and_curves(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    config = RunConfig(
        seeds=1,
        latency=False,
        out=tmp_path / "run",
        cache=tmp_path / "cache",
        teacher={"name": "gcn", "epochs": 3},
        distill={"epochs": 4},
    )
    results = run(config, listeners=[TensorBoard(tmp_path / "board")]).results
    history = results["seeds"][0]["history"]
    for stage, epochs in (("teacher", 3), ("mlp", 4), ("student", 4)):
        events = EventAccumulator(str(tmp_path / "board" / "seed-000" / stage)).Reload()
        losses = events.Scalars("loss")
        assert [entry.step for entry in losses] == [*range(1, epochs + 1)]
        assert [entry.value for entry in losses] == pytest.approx(history[stage]["loss"], rel=1e-6)
        assert [entry.value for entry in events.Scalars("valid")] == pytest.approx(history[stage]["valid"], rel=1e-6)
        assert events.Scalars("best_epoch")[0].value == history[stage]["best_epoch"]
