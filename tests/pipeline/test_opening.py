from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError, DataError, DataWarning
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.opening import opened


def _open(settings: dict[str, Any], guest: bool = False, **changes: Any) -> Any:
    config = RunConfig(**{**settings, **changes}).resolve()
    return opened(config, config.folder(), lambda seed, stage: silent, guest=guest)


def _enter(job: Any) -> None:
    with job:
        pass


def test_splits_are_there_before_anything_is_trained(settings: dict[str, Any]):
    with _open(settings) as job:
        assert sorted(path.stem for path in (job.folder / "splits").iterdir()) == ["seed-000", "seed-001"]
        assert not settings["cache"].exists()


def test_a_device_that_is_not_there_is_refused_before_data_are_read(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    changes = {"device": "cuda:9", "dataset": str(settings["out"] / "absent.npz")}
    with pytest.raises(ConfigError, match="device: 'cuda:9' was asked for, but torch sees 1 CUDA devices, cuda:0"):
        _enter(_open(settings, **changes))
    assert not settings["out"].exists()


def test_threads_are_put_back_even_after_an_error(settings: dict[str, Any]):
    before = torch.get_num_threads()
    used = []

    def fail() -> None:
        with _open(settings, threads=2):
            used.append(torch.get_num_threads())
            raise DataError("mine")

    with pytest.raises(DataError, match="mine"):
        fail()
    assert used == [2]
    assert torch.get_num_threads() == before


def test_a_folder_of_another_run_is_left_alone(settings: dict[str, Any]):
    with _open(settings):
        pass
    with pytest.raises(ConfigError, match="holds a run with another teacher"), _open(settings, teacher="sage"):
        pass


def test_a_folder_of_a_run_with_options_of_the_task_is_not_one_without(settings: dict[str, Any]):
    _enter(_open(settings, task={"metric": "macro_f1"}))
    with pytest.raises(ConfigError, match="holds a run with another task; choose another --out"):
        _enter(_open(settings))


def test_a_hypergraph_is_opened_by_teachers_and_methods_that_read_it(hypergraph_settings: dict[str, Any]):
    with _open(hypergraph_settings) as job:
        assert job.graph.kind == "hypergraph"
    for changes, what in (({"teacher": "sage"}, "teacher 'sage'"), ({"method": "krd"}, "'reliable_neighbours'")):
        out = hypergraph_settings["out"].with_name("refused")
        with (
            pytest.raises(DataError, match=f"{what} works on a graph, and tiny is a hypergraph"),
            _open(hypergraph_settings, out=out, **changes),
        ):
            pass
        assert not out.exists()


def test_two_cannot_work_in_one_folder(settings: dict[str, Any]):
    with (
        _open(settings),
        pytest.raises(ConfigError, match=r"another process works in .*out at this moment; wait"),
        _open(settings),
    ):
        pass
    with _open(settings):
        pass
    assert sorted(path.name for path in settings["out"].iterdir()) == ["config.yaml", "splits"]
    assert [path.name for path in settings["out"].parent.iterdir() if "lock" in path.name] == []


def test_a_guest_leaves_the_configuration_as_it_is(settings: dict[str, Any]):
    path = settings["out"] / "config.yaml"
    with _open(settings, seeds=3):
        pass
    before = path.read_bytes()
    with _open(settings, guest=True, seeds=1, latency=True):
        assert path.read_bytes() == before
    assert path.read_bytes() == before
    with _open(settings, seeds=1):
        assert path.read_bytes() != before
    path.unlink()
    with _open(settings, guest=True):
        assert path.exists()


def test_columns_of_other_units_are_named_unless_inputs_bring_them_on_one_scale(
    settings: dict[str, Any], npz: Path, tmp_path: Path, recwarn: pytest.WarningsRecorder
):
    with np.load(npz) as file:
        arrays = {**file}
    arrays["x"][:, 2] = 4000 * arrays["x"][:, 2]
    np.savez(tmp_path / "units.npz", **arrays)
    changes = {"dataset": str(tmp_path / "units.npz")}
    with _open(settings):
        pass
    with _open(settings, inputs="standardise", out=tmp_path / "standardised", **changes):
        pass
    assert not [found for found in recwarn if issubclass(found.category, DataWarning)]
    with pytest.warns(DataWarning, match="units: the values of column number 2 .* with --inputs standardise$"):
        _enter(_open(settings, out=tmp_path / "units", **changes))
