"""TINED: its terms, the student that it ships, its learning rates, TINED+, and what it refuses."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Checkpoint, Distiller, Learner
from gnn2mlp.estimators import NodeClassifier
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import TINED
from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.students import STUDENTS, LayerwiseMLP
from gnn2mlp.teachers import TEACHERS
from tests.helpers import tiny_arrays
from tests.tiny import small, tiny_views

OBSERVED = tiny_views("inductive").observed
POSITIONS = {"name": "positions", "walks": 2, "length": 6, "dim": 4}


def knowledge() -> TeacherKnowledge:
    teacher = small(TEACHERS, "sage", fanouts=None)
    teacher.fit(OBSERVED)
    return teacher.export(OBSERVED, teacher.provides)


KNOWN = knowledge()


def learner(student: str = "mlp", epochs: int = 3, known: TeacherKnowledge = KNOWN, **options: Any) -> Learner:
    return Learner(Distiller(epochs=epochs), small(STUDENTS, student, **options), OBSERVED, known)


def test_is_labels_and_energies_and_in_its_plus_form_what_nosmog_adds() -> None:
    method = TINED(hard_weight=0.5, energy_weight=2.0, log=False, root=False, energy_share=0.3)
    terms = {t.objective.name: t for t in method.build_objective().terms() if t.weight}
    assert {name: t.weight for name, t in terms.items()} == {
        "hard_labels": 0.5,
        "soft_labels": 0.5,
        "dirichlet_energies": 2.0,
    }
    energies = terms["dirichlet_energies"].objective
    assert (energies.log, energies.root, energies.share) == (False, False, 0.3)
    plus = TINED(similarity_weight=0.1, adversarial_weight=0.2, epsilon=0.01, positions=POSITIONS)
    terms = {t.objective.name: t for t in plus.build_objective().terms() if t.weight}
    assert (terms["similarity"].weight, terms["adversarial_features"].weight) == (0.1, 0.2)
    assert plus.needs_graph
    assert "transformations" not in TINED(inject=False).teacher_keys


def test_the_student_has_the_layers_of_the_teacher_and_the_settings_of_the_one_asked_for() -> None:
    made = TINED(start="random", slow=0.5).learn(learner(dropout=0.2, norm="batch", hidden=7, input_dropout=0.1))
    student = made.student
    assert isinstance(student, LayerwiseMLP)
    assert (student.hidden, student.layers, student.dropout, student.norm) == (16, 2, 0.2, "batch")
    assert (student.start, student.slow, student.input_dropout) == ("random", 0.5, 0.1)
    with pytest.raises(ConfigError, match="expected layers=2 and hidden=16, as the teacher has"):
        TINED().learn(learner("layerwise", hidden=8))


def test_maps_that_learn_at_no_rate_stay_the_teachers() -> None:
    """At a rate of almost nothing the shipped maps are the teacher's; without injection they are not."""
    weight = KNOWN["transformations"][: 12 * 16].view(12, 16)
    still = TINED(slow=1e-12).learn(learner())
    torch.testing.assert_close(still.module.maps[0].weight, weight)
    assert not torch.allclose(still.module.maps[1].weight, torch.eye(16), atol=1e-3)
    assert not torch.allclose(TINED().learn(learner()).module.maps[0].weight, weight, atol=1e-3)
    assert not torch.allclose(TINED(inject=False, slow=1e-12).learn(learner()).module.maps[0].weight, weight, atol=1e-2)


def test_an_interrupted_training_goes_on_with_both_rates(tmp_path: Path) -> None:
    whole = TINED(slow=0.1).learn(learner(epochs=6))
    path = tmp_path / "checkpoint.safetensors"

    def stop(done: int, total: int, text: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    interrupted = replace(learner(epochs=6), checkpoint=Checkpoint(path), progress=stop)
    with pytest.raises(KeyboardInterrupt):
        TINED(slow=0.1).learn(interrupted)
    resumed = TINED(slow=0.1).learn(replace(learner(epochs=6), checkpoint=Checkpoint(path)))
    torch.testing.assert_close(resumed.module.head.weight, whole.module.head.weight, rtol=0, atol=0)


def test_plus_reads_positions_beside_the_features() -> None:
    made = TINED(positions=POSITIONS, similarity_weight=0.1, adversarial_weight=0.1).learn(learner())
    assert made.num_features == OBSERVED.graph.num_features + 4
    assert made.inputs.needs_graph


def test_a_run_and_an_estimator_ship_it(tmp_path: Path) -> None:
    config = RunConfig(
        method="tined",
        teacher={"name": "gcn", "epochs": 5},
        seeds=1,
        refit=True,
        out=tmp_path / "run",
        cache=tmp_path / "cache",
        distill={"epochs": 5},
        student={"name": "mlp", "dropout": 0.1},
    )
    assert run(config).summary["student"]
    assert isinstance(Predictor.load(tmp_path / "run" / "student").student, LayerwiseMLP)
    x, y, edges = tiny_arrays()
    made = NodeClassifier(method="tined", teacher={"name": "sage", "epochs": 30}, distill={"epochs": 30})
    made.fit(x, y, edge_index=edges)
    assert (made.predict(x) == y).mean() > 0.6
    with pytest.raises(ConfigError, match="teacher 'gat' does not provide"):
        NodeClassifier(method="tined", teacher="gat").fit(x, y, edge_index=edges)


def test_a_table_of_rows_is_refused() -> None:
    with pytest.raises(ConfigError, match="reads the maps of the teacher's layers and the edges among nodes"):
        TINED().check_streams()
