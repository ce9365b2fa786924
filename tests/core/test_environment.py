import json
import platform
from contextlib import suppress
from pathlib import Path

import pytest
import torch

import gnn2mlp
from gnn2mlp.core import environment
from gnn2mlp.core.errors import ConfigError


def test_auto_is_the_cpu_without_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert environment.resolve_device("auto") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert environment.resolve_device("auto") == torch.device("cuda")


def test_a_named_device_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert environment.resolve_device("cpu") == torch.device("cpu")
    assert environment.resolve_device("cuda:1") == torch.device("cuda", 1)


@pytest.mark.parametrize("device", ["cuda", "cuda:3", torch.device("cuda", 0)])
def test_an_absent_cuda_device_is_refused(monkeypatch: pytest.MonkeyPatch, device: str | torch.device) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.version, "cuda", None)
    built = r"torch sees 0 CUDA devices, as torch \S+ was built without CUDA; use cpu or auto"
    with pytest.raises(ConfigError, match=f"'{device}' was asked for, but {built}"):
        environment.resolve_device(device)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    with pytest.raises(ConfigError, match="torch sees 0 CUDA devices; use cpu or auto"):
        environment.resolve_device(device)


def test_who_asks_for_a_cuda_device_too_many_is_told_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(ConfigError, match="'cuda:9' was asked for, but torch sees 2 CUDA devices, cuda:0, cuda:1; use"):
        environment.resolve_device("cuda:9")


@pytest.mark.parametrize("device", ["gpu", "meta", "mps", "xpu:0", torch.device("mps")])
def test_a_word_that_is_no_device_of_ours_is_refused(device: str | torch.device) -> None:
    for check in (environment.resolve_device, environment.check_device_name):
        with pytest.raises(ConfigError, match=f"expected auto, cpu, cuda or cuda:N, got '{device}'"):
            check(device)


def test_a_device_that_only_other_machines_have_has_a_name() -> None:
    for device in ("auto", "cpu", "cuda", "cuda:9"):
        environment.check_device_name(device)


def test_no_device_is_recorded_as_the_cpu_but_the_cpu() -> None:
    assert environment.environment(torch.device("mps"))["device"] == "mps"


def test_the_code_of_the_package_is_told_by_a_digest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert environment.environment(torch.device("cpu"))["code"] == environment.package_code()
    (tmp_path / "gnn2mlp").mkdir()
    for name, text in (("__init__.py", ""), ("module.py", "a = 1")):
        (tmp_path / "gnn2mlp" / name).write_text(text)
    monkeypatch.setattr(gnn2mlp, "__file__", str(tmp_path / "gnn2mlp" / "__init__.py"))
    before = environment.package_code.__wrapped__()
    assert before != environment.package_code()
    (tmp_path / "gnn2mlp" / "module.py").write_text("a = 2")
    assert environment.package_code.__wrapped__() != before


def test_environment_names_versions_device_and_threads() -> None:
    found = environment.environment(torch.device("cpu"))
    assert found["versions"]["python"] == platform.python_version()
    assert found["versions"]["torch"] == torch.__version__
    assert found["device"] == "cpu"
    assert found["threads"] == torch.get_num_threads()
    assert found["processor"]
    assert json.loads(json.dumps(found)) == found


def test_packages_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_PACKAGES", ("torch", "no-such-package"))
    assert set(environment.environment(torch.device("cpu"))["versions"]) == {"python", "gnn2mlp", "torch"}


def test_threads_are_put_back_even_after_an_error() -> None:
    before = torch.get_num_threads()
    with suppress(RuntimeError), environment.cpu_threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise RuntimeError
    assert torch.get_num_threads() == before


def test_usable_threads_are_cores_and_no_more_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert environment.usable_threads() >= 1
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert environment.usable_threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "some")
    assert environment.usable_threads() >= 1
