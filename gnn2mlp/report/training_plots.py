"""Pictures of trainings, for the page of any run."""

from gnn2mlp.report.page import Plot, draw
from gnn2mlp.report.plots import plot_training
from gnn2mlp.report.results import Results, has_spread, histories, judged_by


def training_plots(results: Results) -> list[Plot]:
    """What was validated, and the loss, epoch by epoch; none where no history was kept."""
    found = histories(results)
    if not found:
        return []
    band = " Lines: mean over seeds, while at least half of them train; bands: standard deviation."
    judged = judged_by(results)
    kept = f"A dot marks the epoch that was kept.{band if has_spread(results) else ''}"
    shapes = "Each model has a loss of its own: compare the shapes, not the heights."
    return [
        draw(plot_training(found, "valid", judged), "valid", f"Validation {judged.title} in training", kept),
        draw(plot_training(found, "loss"), "loss", "Loss in training", shapes),
    ]
