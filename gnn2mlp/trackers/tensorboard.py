"""Curves of training for TensorBoard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.listeners import EpochEnd, Listener


class TensorBoard(Listener):
    """Writes the metrics of every epoch into a folder that `tensorboard --logdir` reads; each stage is a run there.

    Args:
        folder: where to; made if absent.

    Raises:
        ConfigError: if TensorBoard is not installed (the extra `tensorboard`).
    """

    def __init__(self, folder: str | Path):
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise ConfigError("TensorBoard is not installed: pip install 'gnn2mlp[tensorboard]'") from error
        self.folder = user_path(folder, "folder")
        self._make = SummaryWriter
        self._writers: dict[str, Any] = {}

    def on_fit_start(self, stage: str, epochs: int) -> None:
        """Open the stage's file."""
        self._writers[stage] = self._make(str(self.folder / stage))

    def on_epoch_end(self, end: EpochEnd) -> None:
        """Write the epoch's numbers."""
        for name, value in end.metrics.items():
            self._writers[end.stage].add_scalar(name, value, end.epoch)

    def on_fit_end(self, stage: str, history: Mapping[str, Any]) -> None:
        """Write the kept epoch, and close the file."""
        writer = self._writers.pop(stage)
        writer.add_scalar("best_epoch", history["best_epoch"])
        writer.close()
