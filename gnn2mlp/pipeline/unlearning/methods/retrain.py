"""All models are trained anew on what is left: the reference."""

from gnn2mlp.pipeline.seed import Models, usual_models
from gnn2mlp.pipeline.unlearning.before import Before
from gnn2mlp.pipeline.unlearning.unlearner import Forgetting, Unlearner, What


class Retrain(Unlearner):
    """Train teacher and student anew on what is left, as if the rest had never been: exact, and the reference.

    The bits are those of a run on the data that are left, with the same seeds and splits.
    """

    name = "retrain"
    citation = "Cao and Yang, Towards Making Systems Forget with Machine Unlearning, IEEE S&P 2015 (the reference)"
    forgets = frozenset({"student", "teacher"})
    exact = True

    def check_before(self, before: Before, what: What) -> None:
        """It needs nothing that the run left."""

    def models(self, one: Forgetting) -> Models:
        """The stages of a run on what is left."""
        return usual_models(one.job, one.number, one.observed)
