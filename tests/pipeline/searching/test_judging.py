"""What a student says of the judges, and the file that it is kept in."""

from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.pipeline.searching.judging import Judged, load_judged, save_judged
from gnn2mlp.pipeline.searching.rehearsals import Rehearsals
from gnn2mlp.pipeline.stage import Origin


def test_the_answers_are_those_of_the_judges(rehearsals: Rehearsals):
    split = rehearsals.split(0)
    judged = rehearsals.judged(rehearsals.job.config, 0)
    assert judged.outputs.shape == (split.judges.numel(), 3)
    assert judged.valid.shape == (rehearsals.views(0).observed.valid.numel(), 3)
    right = (judged.outputs.argmax(1) == split.truth.labels).double().mean().item()
    assert judged.score(split.truth) == right
    expected = torch.nn.functional.cross_entropy(judged.outputs, split.truth.labels).item()
    assert judged.loss(split.truth) == pytest.approx(expected)
    assert judged.about["all_seconds"] >= judged.about["seconds"] > 0


def test_a_file_gives_back_what_was_saved(tmp_path: Path):
    judged = Judged(torch.rand(3, 2), torch.rand(4, 2), {"epoch": 3, "seconds": 0.5, "all_seconds": 1.0})
    origin = Origin({"code": "a"}, {"device": "cpu"}, {})
    save_judged(tmp_path / "one.safetensors", judged, origin)
    found, made = load_judged(tmp_path / "one.safetensors")
    assert torch.equal(found.outputs, judged.outputs)
    assert torch.equal(found.valid, judged.valid)
    assert found.about == judged.about
    assert Origin.parse(made) == origin
    with pytest.raises(ArtefactError):
        load_judged(tmp_path / "other.safetensors")
