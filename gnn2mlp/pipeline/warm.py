"""A warm start: the weights of the student that is deployed, for the next one, as far as both are alike."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill.start import Start
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.nn.fold import input_maps
from gnn2mlp.pipeline.previous import deployed
from gnn2mlp.students import STUDENTS


@dataclass(frozen=True, eq=False)
class Warm:
    """What a warm start came to.

    Args:
        start: the weights, or `None` where training starts afresh.
        told: how many features are shared, or why it starts afresh, in a sentence.
    """

    start: Start | None
    told: str


def warm_start(
    earlier: Predictor | Path, student: Spec, feature_names: Any, classes: Any, inputs: str = OwnFeatures.name
) -> Warm:
    """The weights of an earlier student for a new one.

    They are taken where the architecture and the answers are the same, feature by feature, by the features' names. What
    a feature means may have moved a little, as its mean and deviation are those of other rows.

    Args:
        earlier: the student, or the folder where it is.
        student: recipe of the new one.
        feature_names: of the features that it reads, or their number where they have no names.
        classes: that it answers with; `None` of numbers.
        inputs: name of what makes its rows; only on features as they are do weights mean the same.
    """
    model = deployed(earlier) if isinstance(earlier, Path) else earlier
    own, wanted = model.student.spec().resolved(STUDENTS), student.resolved(STUDENTS)
    if own != wanted:
        return Warm(None, f"It starts afresh: the deployed student is {own!r}, the new one {wanted!r}.")
    known, asked = (None if one is None else [str(name) for name in one] for one in (model.answers.classes, classes))
    if known != asked:
        return Warm(None, "It starts afresh: the deployed student answers with other classes, or in another order.")
    if {inputs, model.inputs.name} != {OwnFeatures.name}:
        return Warm(None, "It starts afresh: one of the two students reads more than the features themselves.")
    names = model.on_features().feature_names
    if names is None or isinstance(feature_names, int):
        count = feature_names if isinstance(feature_names, int) else len(feature_names)
        if count != model.num_features:
            return Warm(
                None, f"It starts afresh: the deployed student reads {model.num_features} features, not {count}."
            )
        places = np.arange(count)
    else:
        known_at = {name: place for place, name in enumerate(names)}
        places = np.array([known_at.get(name, -1) for name in feature_names], np.int64)
    shared = int((places >= 0).sum())
    if not shared or (input_maps(model.module) is None and not np.array_equal(places, np.arange(len(places)))):
        return Warm(None, "It starts afresh: the deployed student reads other features.")
    start = Start(dict(model.module.state_dict()), torch.from_numpy(places))
    return Warm(start, f"It starts from the deployed student: {shared:,} of its {len(places):,} features are shared.")
