"""What a fit leaves behind for `gnn2mlp monitor`: a profile of its table, and the codes of its teacher."""

from dataclasses import replace

import numpy as np
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.parquet import BATCH_ROWS
from gnn2mlp.core.rows import spread
from gnn2mlp.data.split import Split
from gnn2mlp.deploy import BatchScorer, Predictor
from gnn2mlp.deploy.model_files import CODES
from gnn2mlp.deploy.monitoring import PROFILE, Answered, profile_of
from gnn2mlp.deploy.monitoring.answering import named_truth
from gnn2mlp.deploy.monitoring.comparing import answered_of
from gnn2mlp.explore.placement import CodePlacement
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.tables import Tables

# Rows that are counted; of more, so many, evenly spread. Answers are those of unseen rows where there are enough.
MOST, ENOUGH = 250_000, 100


def profile_files(
    shipped: Predictor,
    scored: Predictor,
    config: FitConfig,
    tables: Tables,
    split: Split,
    placement: CodePlacement | None = None,
    features: Features | None = None,
) -> dict[str, bytes]:
    """The profile as a file of the model directory, and the codes where there are some.

    Args:
        shipped: the model.
        scored: the one that was scored, which tells how rows are answered that training did not see.
        config: resolved.
        tables: as they were read.
        split: of the one that was scored.
        placement: where the shipped student places rows among the codes of its teacher.
        features: of all rows, as it reads them; needed with `placement`.
    """
    held, basis = _held_back(split, config.refit)
    answered, some = _answered(scored, tables, held), spread(np.arange(len(tables.ids)), MOST)
    if placement is not None and features is not None:
        hidden = shipped.on_features().hidden(gather(features, torch.from_numpy(some)))
        answered = replace(answered, codes=placement.place(hidden).code, num_codes=len(placement.vectors))
    profile = profile_of(
        shipped,
        tables.features if len(some) == len(tables.ids) else tables.features.take(some),
        [config.id, *config.label, *(c.name for c in shipped.columns.columns if c.dropped), *config.taken],  # type: ignore[union-attr]
        answered,
        basis,
    )
    files = {PROFILE: profile.encode()}
    return files if placement is None else {**files, CODES: placement.encode()}


def placement_of(student: Predictor, knowledge: TeacherKnowledge, features: Features) -> CodePlacement | None:
    """Where a student places rows among its teacher's codes; `None` of a teacher without codes.

    Args:
        student: of rows of features.
        knowledge: that it learnt from.
        features: of all rows.
    """
    if "codebook" not in knowledge.values:
        return None
    return CodePlacement.fit(student.hidden(gather(features, knowledge.node_ids)), knowledge)


def _held_back(split: Split, refit: bool) -> tuple[np.ndarray, str]:
    """Rows whose answers stand for those of rows that training did not see, and what they are, in words."""
    rows, told = torch.cat([split.unseen, split.absent]), "rows that did not exist in training"
    if rows.numel() < ENOUGH:
        rows = torch.cat([split.valid, split.seen, split.unseen, split.absent])
        told = "rows whose labels were held back"
    by = ", answered by the same training on a part of the labels" if refit else ""
    return spread(np.sort(rows.numpy()), MOST), told + by


def _answered(scored: Predictor, tables: Tables, rows: np.ndarray) -> Answered:
    """The answers to some rows of the tables."""
    import pyarrow

    try:
        scorer = BatchScorer(scored, outliers=True)
    except ConfigError:  # numbers, or a calibration without scores of ordinary rows
        scorer = BatchScorer(scored)
    table = tables.features.take(rows)
    parts = [scorer(table.slice(at, BATCH_ROWS)) for at in range(0, max(1, len(rows)), BATCH_ROWS)]
    made = pyarrow.Table.from_batches(parts).combine_chunks().to_batches()
    truth = named_truth(tables.labels[torch.from_numpy(rows)].numpy(), scored.answers.classes)
    return answered_of(made[0] if made else parts[0], scored, truth)
