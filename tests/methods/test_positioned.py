"""Positions as a method's own inputs."""

from dataclasses import replace
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.inputs import Positions, Standardise
from gnn2mlp.methods._positioned import check_not_streamed, plain_positions, with_positions
from gnn2mlp.students import MLPStudent
from tests.rowtables import tiny_table
from tests.tiny import tiny_views

LEARNER = Learner(Distiller(), MLPStudent(), tiny_views().observed)


def test_options_are_written_out() -> None:
    assert plain_positions(None) is None
    assert plain_positions("positions") == plain_positions(Positions()) == Positions().spec().to_dict()
    with pytest.raises(ConfigError, match=r"method\.positions: expected inputs that read the graph.*got 'features'"):
        plain_positions("features")


def test_the_learner_has_them_unless_it_reads_the_graph_itself() -> None:
    found = with_positions("example", {"name": "positions", "dim": 3}, LEARNER).inputs
    assert isinstance(found, Positions)
    assert found.dim == 3
    assert with_positions("example", None, LEARNER) is LEARNER
    own = replace(LEARNER, inputs=Positions(dim=5))
    assert with_positions("example", {"name": "positions"}, own) is own


def test_other_inputs_and_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="method 'example' makes the student's rows.*got inputs 'standardise'"):
        with_positions("example", {"name": "positions"}, replace(LEARNER, inputs=Standardise()))
    with pytest.raises(ConfigError, match="method 'example' makes positions of nodes in a graph"):
        with_positions("example", {"name": "positions"}, replace(LEARNER, data=tiny_table(tmp_path, 20)))
    check_not_streamed("example", None)
