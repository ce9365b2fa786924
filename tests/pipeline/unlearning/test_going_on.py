from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gnn2mlp import RunConfig
from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.progress import silent
from gnn2mlp.data import save_data
from gnn2mlp.pipeline.run import run
from gnn2mlp.pipeline.unlearning.going_on import check_rows, network_teacher
from gnn2mlp.pipeline.unlearning.methods.d2dgn import D2DGN
from gnn2mlp.pipeline.unlearning.unlearn import unlearn
from gnn2mlp.teachers import GCN, Ensemble
from tests.pipeline.unlearning.conftest import Make, marked, small


def test_a_teacher_has_to_be_one_network(make: Make) -> None:
    teacher = GCN()
    assert network_teacher(teacher, "d2dgn") is teacher
    several = Ensemble(members=["gcn", "sage"])
    with pytest.raises(ConfigError, match="finetune: expected a teacher that is one network .* got 'ensemble'"):
        network_teacher(several, "finetune")
    before: Any = replace(make([3]).before, teacher=SimpleNamespace(value=several))
    with pytest.raises(ConfigError, match="d2dgn: expected a teacher that is one network"):
        D2DGN().check_before(before, "teacher")


def test_rows_that_a_graph_makes_go_on_and_are_not_forgotten_one_by_one(tmp_path: Path) -> None:
    quick: dict[str, Any] = {"listen": lambda seed, stage: silent, "pages": False}
    save_data(tmp_path / "people.safetensors", marked())
    run(RunConfig(**small(tmp_path, inputs={"name": "hops", "order": 1}, distill={"epochs": 3})), **quick)
    with pytest.raises(ConfigError, match="d2dgn: rows of the student are made by inputs 'hops'"):
        unlearn(tmp_path / "run", ["person-0003-quaint"], method="d2dgn", verify=False, **quick)
    assert not (tmp_path / "run-unlearned").exists()
    way = {"name": "finetune", "epochs": 2}
    found = unlearn(tmp_path / "run", ["person-0003-quaint"], method=way, verify=False, **quick)
    with pytest.raises(ConfigError, match="which read the graph"):
        check_rows(found.predictor, "d2dgn")
