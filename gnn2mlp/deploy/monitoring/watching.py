"""A table in a file beside the training table of a model directory. Loads no torch where ONNX Runtime answers."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.loading import predictor_of
from gnn2mlp.deploy.monitoring.comparing import Codes, compare
from gnn2mlp.deploy.monitoring.drift import Limits
from gnn2mlp.deploy.monitoring.monitored import Monitored
from gnn2mlp.deploy.monitoring.profile import Profile
from gnn2mlp.deploy.monitoring.reading import table_batches


def monitor_table(
    directory: str | Path,
    source: str | Path,
    label: str | Sequence[str] | None = None,
    limits: Limits | None = None,
    ignore: Collection[str] = (),
    codes: Callable[[BasePredictor], Codes] | None = None,
    progress: Progress = silent,
) -> Monitored:
    """Compare a table with the one that a model was trained on, in a stream and in bounded memory.

    The answers come from `model.onnx` where there is one and ONNX Runtime is installed, else from the weights.

    Args:
        directory: of the model, with a profile, as `gnn2mlp fit` writes it.
        source: a Parquet file, a folder of such files, or a CSV file.
        label: as in `compare`.
        limits: likewise.
        ignore: likewise.
        codes: from the model's `Predictor`, gives what tells the codes of rows; asked where the profile has codes.
            Default: they are not compared.
        progress: told after each batch, in rows.

    Raises:
        ConfigError: if there is no such file, or no such column as `label` or `ignore` name.
        DataError: for a table without rows.
        ArtefactError: if the directory was altered or has no profile, or the file cannot be read.

    Example:
        >>> monitor_table("model", "tomorrow.parquet").drifted  # doctest: +SKIP
        False
    """
    profile = Profile.load(directory)
    if profile.answers is None or "codes" not in profile.answers[1]:
        codes = None
    predictor = predictor_of(directory, weights=codes is not None)
    found = table_batches(source, profile, [label] if isinstance(label, str) else list(label or ()))
    batches = _told(found.batches, found.rows, progress)
    return compare(
        profile, batches, predictor, label, None if codes is None else codes(predictor), limits, ignore, found.extra
    )


def _told(batches: Iterator[Any], rows: int | None, progress: Progress) -> Iterator[Any]:
    done = 0
    for batch in batches:
        done += batch.num_rows
        yield batch
        progress(done, max(done, rows or 0))
