from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.identity import Execution
from gnn2mlp.data import Removal
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.pipeline.unlearning.recorded import RecordedTeacher, load_recorded, record_answers, save_recorded
from gnn2mlp.pipeline.views import scoring_view
from tests.pipeline.unlearning.conftest import Make


def test_it_answers_as_the_teacher_did_on_these_graphs_alone(make: Make, tmp_path: Path) -> None:
    one = make([3])
    full = scoring_view(one.job.graph, one.job.split(0))
    cpu, here = torch.device("cpu"), Execution.on("cpu")
    teacher = one.before.the_teacher.value
    recorded = record_answers(teacher, full, one.removal, here, device=cpu)
    cold = full.graph.without_links_of(full.split.unseen)
    for graph in (full.graph, cold):
        assert torch.equal(recorded.predict(graph), teacher.predict(graph))
    with pytest.raises(DataError, match="expected a graph whose answers were recorded; the teacher was deleted"):
        recorded.predict(one.before.graph)
    for ask in (recorded.fit, recorded.export):
        with pytest.raises(ConfigError, match="take --method retrain"):
            ask(one.observed)
    save_recorded(tmp_path / "answers.safetensors", recorded, Origin({"x": "1"}, {}, {}))
    again, about = load_recorded(tmp_path / "answers.safetensors")
    assert about["identity"] == {"x": "1"}
    assert torch.equal(again.predict(cold), recorded.predict(cold))
    later = Removal(full.graph.num_nodes, torch.tensor([0, 5]))
    left = scoring_view(later.of(full.graph), later.split(full.split))
    fewer = record_answers(again, left, later, here, device=cpu)
    assert torch.equal(fewer.predict(left.graph), recorded.predict(full.graph)[later.left])
    assert isinstance(fewer, RecordedTeacher)
