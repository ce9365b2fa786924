from gnn2mlp.pipeline.seed import usual_models
from gnn2mlp.pipeline.unlearning.methods.retrain import Retrain
from tests.pipeline.unlearning.conftest import Make


def test_its_stages_are_those_of_a_run_on_what_is_left(make: Make) -> None:
    one = make([3, 17])
    found, expected = Retrain().models(one), usual_models(one.job, one.number, one.observed)
    assert [stage.identity for stage in found] == [stage.identity for stage in expected]
    assert Retrain.exact
