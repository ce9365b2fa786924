"""Students that read the graph: batches, sampling, resumption, refusals."""

from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.seeds import generator
from gnn2mlp.data import Observed
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.networks import NetworkRows, as_teacher, network_answers
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.block_network import BlockNetwork
from gnn2mlp.nn.training_state import Checkpoint
from gnn2mlp.objectives import HardLabels, Objective, SoftLabels
from gnn2mlp.objectives.adversarial_features import AdversarialFeatures
from gnn2mlp.students.gnn import GNNStudent
from gnn2mlp.students.mlp import MLPStudent
from tests.helpers import tiny_graph
from tests.tiny import views_of

SMALL = {"name": "gcn", "hidden": 8, "dropout": 0.3}
SAMPLED = {**SMALL, "fanouts": [2, 2]}


@pytest.fixture
def observed() -> Observed:
    return views_of(tiny_graph(), "inductive").observed


@pytest.fixture
def taught(observed: Observed) -> TeacherKnowledge:
    logits = torch.randn(observed.graph.num_nodes, 3, generator=generator(0, "logits"))
    return TeacherKnowledge(observed.node_ids, {"logits": logits})


def source(observed: Observed, taught: TeacherKnowledge, student: GNNStudent, size: int = 16) -> NetworkRows:
    tables = {"teacher": taught}
    return NetworkRows(observed, student, "cpu", size, generator(0, "batches"), SoftLabels(), tables)


def network_of(observed: Observed, student: GNNStudent) -> BlockNetwork:
    return student.network(observed.graph.num_features, 3)


def test_a_step_on_the_whole_graph_says_what_the_network_says_of_the_rows(
    observed: Observed, taught: TeacherKnowledge
) -> None:
    student = GNNStudent(SMALL)
    module = network_of(observed, student)
    rows = source(observed, taught, student)
    rows.check(module)
    module.eval()
    (batch,) = rows.batches("all", module)
    (labelled,) = rows.batches("labelled", module)
    sampler = student.teacher.sampler(observed.graph)
    logits, hidden = module.network(observed.graph.features, [sampler.full_block()] * 2)
    torch.testing.assert_close(batch.output.logits, logits)
    torch.testing.assert_close(labelled.output.hidden, hidden[observed.train])
    assert torch.equal(labelled.labels, observed.graph.labels[observed.train])


def test_sampled_batches_visit_every_row_once_and_with_all_neighbours_say_the_same(
    observed: Observed, taught: TeacherKnowledge
) -> None:
    student = GNNStudent({**SMALL, "fanouts": [1000, 1000]})
    module = network_of(observed, student)
    rows = source(observed, taught, student)
    rows.check(module)
    module.eval()
    batches = list(rows.batches("all", module))
    assert len(batches) == round(observed.graph.num_nodes / 16) > 1
    ids = torch.cat([batch.rows for batch in batches])
    assert torch.equal(ids.sort().values, torch.arange(observed.graph.num_nodes))
    logits, _ = module.network(observed.graph.features, [student.teacher.sampler(observed.graph).full_block()] * 2)
    torch.testing.assert_close(torch.cat([batch.output.logits for batch in batches]), logits[ids])


@pytest.mark.parametrize("encoder", [SMALL, SAMPLED], ids=["whole", "sampled"])
def test_an_interrupted_training_ends_with_the_same_bits(
    observed: Observed, taught: TeacherKnowledge, tmp_path: Path, encoder: dict[str, object]
) -> None:
    student = GNNStudent(encoder)

    def trained(where: Path, stop: int | None = None) -> torch.nn.Module | None:
        def told(done: int, total: int, note: str = "") -> None:
            if done == stop:
                raise KeyboardInterrupt

        try:
            made = Distiller(epochs=6, batch_size=16).fit(
                student, SoftLabels(), observed, taught, checkpoint=Checkpoint(where), progress=told
            )
        except KeyboardInterrupt:
            return None
        return made.module

    whole = trained(tmp_path / "whole.safetensors")
    assert trained(tmp_path / "cut.safetensors", stop=3) is None
    again = trained(tmp_path / "cut.safetensors")
    assert whole is not None
    assert again is not None
    assert all(torch.equal(a, b) for a, b in zip(whole.state_dict().values(), again.state_dict().values(), strict=True))


def test_input_dropout_is_of_training_alone(observed: Observed, taught: TeacherKnowledge) -> None:
    student = GNNStudent({**SMALL, "dropout": 0.0}, input_dropout=0.5)
    module = network_of(observed, student)
    rows = source(observed, taught, student)
    rows.check(module)
    first, second = (next(iter(rows.batches("all", module))).output.logits for _ in range(2))
    assert not torch.equal(first, second)
    module.eval()
    first, second = (next(iter(rows.batches("all", module))).output.logits for _ in range(2))
    assert torch.equal(first, second)


def test_what_it_writes_down_is_what_it_predicts(observed: Observed, taught: TeacherKnowledge) -> None:
    made = Distiller(epochs=2).fit(GNNStudent(SMALL), SoftLabels(), observed, taught)
    learner = Learner(Distiller(epochs=2), GNNStudent(SMALL), observed, taught)
    written = learner.write(made, ("logits", "hidden"))
    torch.testing.assert_close(written["logits"], as_teacher(made).predict(observed.graph))
    torch.testing.assert_close(written["hidden"], network_answers(made, observed).hidden)


@pytest.mark.parametrize("name", ["teacher_assistant", "born_again"])
def test_chains_take_networks(observed: Observed, taught: TeacherKnowledge, name: str) -> None:
    learner = Learner(Distiller(epochs=2), GNNStudent(SMALL), observed, taught)
    made = METHODS.get(name)().learn(learner)
    assert as_teacher(made).predict(observed.graph).isfinite().all()


def test_a_network_is_an_assistant_of_a_graph_free_student(observed: Observed, taught: TeacherKnowledge) -> None:
    method = METHODS.get("teacher_assistant")(assistant={"name": "gnn", "encoder": SMALL})
    made = method.learn(Learner(Distiller(epochs=2), MLPStudent(hidden=8), observed, taught))
    assert made.module(observed.graph.features).logits.shape == (observed.graph.num_nodes, 3)


def test_refuses_what_it_cannot_read(observed: Observed, taught: TeacherKnowledge) -> None:
    with pytest.raises(ConfigError, match="student 'gnn' reads the graph's features as they are"):
        Distiller(epochs=1).fit(GNNStudent(SMALL), HardLabels(), observed, inputs=Standardise())
    terms: Objective = HardLabels() + AdversarialFeatures()
    with pytest.raises(DataError, match="'adversarial_features' looks at the student's rows of features"):
        Distiller(epochs=1).fit(GNNStudent(SMALL), terms, observed, taught)
    with pytest.raises(ConfigError, match="method 'nosmog' trains in several phases, students or inputs"):
        METHODS.get("nosmog")().check_student(GNNStudent(SMALL))
    METHODS.get("nosmog")().check_student(MLPStudent(hidden=8))
