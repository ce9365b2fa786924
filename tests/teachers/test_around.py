"""Teachers around the network of another one."""

from gnn2mlp.core.spec import Spec
from gnn2mlp.teachers.gkedm import GKEDMTeacher
from gnn2mlp.teachers.vq import VQ


def test_options_of_the_training_are_those_of_the_encoder() -> None:
    for kind in (VQ, GKEDMTeacher):
        teacher = kind(encoder={"name": "sage", "hidden": 24, "lr": 0.5, "epochs": 7})
        assert (teacher.hidden, teacher.epochs) == (24, 7)
        assert teacher.lr == 0.5
        assert teacher.fit_lr == (0.5 if kind is VQ else 0.5 * teacher.tuning)  # what was trained is tuned more gently
        longer = kind.for_epochs(teacher.spec(), 9)
        assert longer.options["encoder"]["epochs"] == 9


def test_a_recipe_is_for_the_encoder_as_well() -> None:
    recipe = {"sage": {"hidden": 48}, "gkedm": {"heads": 2}}
    found = GKEDMTeacher.with_recipe(Spec("gkedm", encoder="sage"), recipe)
    assert found == Spec("gkedm", heads=2, encoder={"name": "sage", "hidden": 48})
