"""Honest scores: by population, once, after stopping; and how far answers can be trusted."""

import importlib
from typing import TYPE_CHECKING, Any

from gnn2mlp.core.errors import nearest as _nearest  # there is a module of this name here

__all__ = [
    "GRAPH_BASELINES",
    "LINK_POPULATIONS",
    "POPULATIONS",
    "AttackDistance",
    "CascadeCurve",
    "Churn",
    "ClassCounts",
    "ClassScore",
    "Conditions",
    "Coverage",
    "GraphBaseline",
    "HitsCurve",
    "Importance",
    "Membership",
    "Outcome",
    "Paired",
    "Ranking",
    "Reliability",
    "RowGroups",
    "Slice",
    "UnlearningVerdict",
    "accuracy",
    "agreement",
    "attack_distance",
    "bag_of_labels",
    "by_population",
    "calibration_error_by_chance",
    "cascade_curve",
    "choose_threshold",
    "class_counts",
    "class_scores",
    "code_distance",
    "column_importance",
    "conformal_sets",
    "conformal_threshold",
    "confusion_matrix",
    "coverage",
    "critical_difference",
    "diagram_by_mass",
    "energy",
    "entropy_attack",
    "expected_calibration_error",
    "find_slices",
    "fit_temperature",
    "fit_temperatures",
    "friedman",
    "graph_sizes",
    "halves",
    "hits_curve",
    "joint_energy",
    "judge_unlearning",
    "label_counts",
    "link_attack",
    "link_intervals",
    "link_outcome",
    "link_scores",
    "loss_attack",
    "membership_auc",
    "outlier_auroc",
    "paired",
    "placed_among_codes",
    "populations",
    "probability_histogram",
    "ranked",
    "reliability_diagram",
    "share_interval",
    "size_only",
    "summarise",
    "unlearning_record",
]

_EXPORTS = {
    "gnn2mlp.evaluate.churn": ("Churn",),
    "gnn2mlp.evaluate.links": ("LINK_POPULATIONS", "link_scores"),
    "gnn2mlp.evaluate.membership": ("Membership", "membership_auc"),
    "gnn2mlp.evaluate.conditions": ("Conditions",),
    "gnn2mlp.evaluate.confusion": (
        "ClassScore",
        "class_scores",
        "confusion_matrix",
    ),
    "gnn2mlp.evaluate.slices": (
        "Slice",
        "find_slices",
        "halves",
    ),
    "gnn2mlp.evaluate.by_class": ("ClassCounts", "class_counts"),
    "gnn2mlp.evaluate.calibration": (
        "Reliability",
        "calibration_error_by_chance",
        "diagram_by_mass",
        "expected_calibration_error",
        "reliability_diagram",
    ),
    "gnn2mlp.evaluate.cascade": ("CascadeCurve", "cascade_curve", "choose_threshold"),
    "gnn2mlp.evaluate.compare": ("Outcome", "Paired", "paired"),
    "gnn2mlp.evaluate.conformal": (
        "Coverage",
        "conformal_sets",
        "conformal_threshold",
        "coverage",
        "share_interval",
    ),
    "gnn2mlp.evaluate.graph_baselines": (
        "GRAPH_BASELINES",
        "GraphBaseline",
        "bag_of_labels",
        "graph_sizes",
        "label_counts",
        "size_only",
    ),
    "gnn2mlp.evaluate.importance": ("Importance", "column_importance"),
    "gnn2mlp.evaluate.link_curves": ("HitsCurve", "hits_curve", "probability_histogram"),
    "gnn2mlp.evaluate.link_intervals": ("link_intervals",),
    "gnn2mlp.evaluate.link_outcomes": ("link_outcome",),
    "gnn2mlp.evaluate.outliers": (
        "code_distance",
        "energy",
        "joint_energy",
        "outlier_auroc",
        "placed_among_codes",
    ),
    "gnn2mlp.evaluate.ranks": ("Ranking", "critical_difference", "friedman", "ranked"),
    "gnn2mlp.evaluate.scores": ("POPULATIONS", "by_population", "populations", "summarise"),
    "gnn2mlp.evaluate.temperature": ("fit_temperature", "fit_temperatures"),
    "gnn2mlp.evaluate.unlearning": (
        "AttackDistance",
        "attack_distance",
        "entropy_attack",
        "link_attack",
        "loss_attack",
    ),
    "gnn2mlp.evaluate.unlearning_evidence": ("RowGroups", "unlearning_record"),
    "gnn2mlp.evaluate.unlearning_verdict": ("UnlearningVerdict", "judge_unlearning"),
    "gnn2mlp.tasks.metrics": ("accuracy", "agreement"),
}


if TYPE_CHECKING:
    from gnn2mlp.evaluate.by_class import ClassCounts, class_counts
    from gnn2mlp.evaluate.calibration import (
        Reliability,
        calibration_error_by_chance,
        diagram_by_mass,
        expected_calibration_error,
        reliability_diagram,
    )
    from gnn2mlp.evaluate.cascade import CascadeCurve, cascade_curve, choose_threshold
    from gnn2mlp.evaluate.churn import Churn
    from gnn2mlp.evaluate.compare import Outcome, Paired, paired
    from gnn2mlp.evaluate.conditions import Conditions
    from gnn2mlp.evaluate.conformal import Coverage, conformal_sets, conformal_threshold, coverage, share_interval
    from gnn2mlp.evaluate.confusion import ClassScore, class_scores, confusion_matrix
    from gnn2mlp.evaluate.graph_baselines import (
        GRAPH_BASELINES,
        GraphBaseline,
        bag_of_labels,
        graph_sizes,
        label_counts,
        size_only,
    )
    from gnn2mlp.evaluate.importance import Importance, column_importance
    from gnn2mlp.evaluate.link_curves import HitsCurve, hits_curve, probability_histogram
    from gnn2mlp.evaluate.link_intervals import link_intervals
    from gnn2mlp.evaluate.link_outcomes import link_outcome
    from gnn2mlp.evaluate.links import LINK_POPULATIONS, link_scores
    from gnn2mlp.evaluate.membership import Membership, membership_auc
    from gnn2mlp.evaluate.outliers import code_distance, energy, joint_energy, outlier_auroc, placed_among_codes
    from gnn2mlp.evaluate.ranks import Ranking, critical_difference, friedman, ranked
    from gnn2mlp.evaluate.scores import POPULATIONS, by_population, populations, summarise
    from gnn2mlp.evaluate.slices import Slice, find_slices, halves
    from gnn2mlp.evaluate.temperature import fit_temperature, fit_temperatures
    from gnn2mlp.evaluate.unlearning import AttackDistance, attack_distance, entropy_attack, link_attack, loss_attack
    from gnn2mlp.evaluate.unlearning_evidence import RowGroups, unlearning_record
    from gnn2mlp.evaluate.unlearning_verdict import UnlearningVerdict, judge_unlearning
    from gnn2mlp.tasks.metrics import accuracy, agreement
else:

    def __getattr__(name: str) -> Any:
        """Import a public name on first use: what ships reads `conformal` and `outliers`, without torch or data."""
        for module, names in _EXPORTS.items():
            if name in names:
                return getattr(importlib.import_module(module), name)
        raise AttributeError(f"module 'gnn2mlp.evaluate' has no attribute {name!r}{_nearest(name, __all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
