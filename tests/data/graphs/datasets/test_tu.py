"""The sets of TU Dortmund as data sets; `test_tu_folder` has the reader."""

from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import load_graph_set
from tests.data.graphs.datasets.tu_files import write_tu


def test_it_is_found_under_the_data_root(tmp_path: Path) -> None:
    write_tu(tmp_path / "TUDataset" / "MUTAG" / "raw", "MUTAG")
    graphs = load_graph_set("mutag", tmp_path)
    assert graphs.name == "mutag"
    assert graphs.num_graphs == 3


def test_a_cap_of_degrees_is_at_least_one() -> None:
    with pytest.raises(ConfigError, match=r"dataset.degrees: expected at least 1, got 0"):
        load_graph_set(Spec("imdb-binary", degrees=0))
