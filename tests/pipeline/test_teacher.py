from pathlib import Path

import pytest
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.identity import Execution
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.pipeline.teacher import fit_teacher, load_teacher, save_teacher
from gnn2mlp.teachers.gcn import GCN
from tests.tiny import tiny_views

ORIGIN = Origin({"seed": "1"}, {"processor": "mine"}, {})


def test_a_copy_is_fitted_and_read_as_it_was(tmp_path: Path) -> None:
    teacher, observed, told = GCN(hidden=4, epochs=3), tiny_views().observed, []
    cpu = torch.device("cpu")
    here = Execution.on(cpu)
    fitted = fit_teacher(teacher, observed, 0, here, device=cpu, progress=lambda *about: told.append(about))
    assert len(told) == 3
    assert not hasattr(teacher, "module_")
    again = fit_teacher(teacher, observed, 0, here, device=cpu, progress=silent)
    path = tmp_path / "teacher.safetensors"
    save_teacher(path, fitted, ORIGIN)
    loaded, about = load_teacher(path)
    assert Origin.parse(about) == ORIGIN
    expected = fitted.predict(observed.graph)
    assert torch.equal(loaded.predict(observed.graph), expected)
    assert torch.equal(again.predict(observed.graph), expected)


def test_a_file_of_another_release_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "teacher.safetensors"
    artefact.save(path, "teacher", {}, {"spec": {"name": "gcn", "colour": "red"}})
    with pytest.raises(ArtefactError, match="holds no teacher of this release"):
        load_teacher(path)
