from pathlib import Path

import pytest

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import save_data
from gnn2mlp.pipeline.unlearning.opened_run import opened_run, settings_of_run
from tests.helpers import tiny_graph
from tests.pipeline.unlearning.conftest import small


def test_a_run_is_opened_by_its_folder_or_its_settings(made: Path) -> None:
    by_folder, by_settings = opened_run(made / "run"), opened_run(RunConfig(**small(made)))
    assert by_folder.folder == by_settings.folder == made / "run"
    assert by_folder.graph.digest == by_settings.graph.digest
    assert [split.digest for split in by_folder.splits] == [split.digest for split in by_settings.splits]
    assert settings_of_run(made / "run", {"device": "cpu", "cache": made / "other"}).cache == made / "other"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("student.safetensors", "holds a student alone, and nothing says what it learnt from"),
        ("scores.json", "holds a model of gnn2mlp fit; leave the rows out .* --replace"),
        ("other.txt", "expected the folder of a run, got .*, which has no config.yaml"),
    ],
)
def test_a_folder_without_a_run_is_refused(tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / file).write_text("x")
    with pytest.raises(ConfigError, match=said):
        opened_run(tmp_path)


def test_data_that_have_changed_or_are_gone_are_an_error(people: Path) -> None:
    save_data(people / "people.safetensors", tiny_graph(nodes=90))
    with pytest.raises(DataError, match="expected the data of the run, of digest .*: they have changed since"):
        opened_run(people / "run")
    (people / "people.safetensors").unlink()
    with pytest.raises(DataError, match="expected a data set at .*, found none"):
        opened_run(people / "run")
    (people / "run" / "results.json").unlink()
    with pytest.raises(ConfigError, match="unlearn: expected a run that is over in .*results.json"):
        opened_run(people / "run")
