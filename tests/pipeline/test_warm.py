from pathlib import Path

import numpy as np
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy import Predictor
from gnn2mlp.pipeline.warm import warm_start
from gnn2mlp.students.mlp import MLPStudent

NAMES = ["likes", "age", "old"]


def deployed(names: list[str] | None = None) -> Predictor:
    torch.manual_seed(0)
    recipe = MLPStudent(hidden=8)
    return Predictor(recipe, recipe.build(3, 2), 3, ["a", "b"], feature_names=names)


def test_weights_go_by_the_names_of_features(tmp_path: Path) -> None:
    deployed(NAMES).save(tmp_path / "model")
    found = warm_start(tmp_path / "model", Spec("mlp", hidden=8), ["old", "new", "likes"], np.array(["a", "b"]))
    assert found.start is not None
    assert found.start.features.tolist() == [2, -1, 0]
    assert found.told == "It starts from the deployed student: 2 of its 3 features are shared."


def test_features_without_names_go_by_their_number() -> None:
    found = warm_start(deployed(), Spec("mlp", hidden=8), 3, ["a", "b"])
    assert found.start is not None
    assert found.start.features.tolist() == [0, 1, 2]
    assert warm_start(deployed(), Spec("mlp", hidden=8), 4, ["a", "b"]).start is None


def test_what_is_not_alike_starts_afresh_and_says_why() -> None:
    model, spec = deployed(NAMES), Spec("mlp", hidden=8)
    told = {
        "hidden=16": warm_start(model, Spec("mlp", hidden=16), NAMES, ["a", "b"]),
        "other classes": warm_start(model, spec, NAMES, ["b", "a"]),
        "more than the features": warm_start(model, spec, NAMES, ["a", "b"], inputs="standardise"),
        "other features": warm_start(model, spec, ["x", "y"], ["a", "b"]),
    }
    for why, found in told.items():
        assert found.start is None
        assert found.told.startswith("It starts afresh: ")
        assert why in found.told
