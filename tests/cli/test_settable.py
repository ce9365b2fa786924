"""What `--help` says of `--set` is what the constructors take."""

import pytest

from gnn2mlp.cli import _settable, main
from gnn2mlp.cli._catalogue import named
from gnn2mlp.pipeline import FitConfig, RunConfig
from gnn2mlp.pipeline.distill import DistilConfig
from gnn2mlp.pipeline.teach import TeachConfig


@pytest.mark.parametrize("part", _settable.DEFAULTS)
def test_keys_are_those_of_the_constructor(part: str) -> None:
    key, _, name = part.partition(" ")
    (entry,) = [entry for entry in named(name or key) if entry.key == key]
    assert _settable.DEFAULTS[part].split() == list(entry.cls.constructor_options()), f"renew DEFAULTS[{part!r}]"


@pytest.mark.parametrize(
    ("config", "names"),
    [
        (RunConfig, _settable.RUN),
        (FitConfig, _settable.FIT),
        (DistilConfig, _settable.DISTIL),
        (TeachConfig, _settable.TEACH),
    ],
)
def test_settings_by_themselves_exist(config: type, names: str) -> None:
    assert set(names.split()) <= set(config.model_fields)  # type: ignore[attr-defined]


@pytest.mark.parametrize("verb", ["run", "auto", "fit", "distill", "teach", "trust", "latency"])
def test_help_names_keys_with_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    told = capsys.readouterr().out
    assert "keys of --set:" in told
    assert "weight_decay" in told
    assert "examples of --set:\n  --set " in told
