"""What every server does, whatever its model answers for."""

import asyncio
import shutil
from pathlib import Path

import pytest

from gnn2mlp.serving import RowService, Settings
from gnn2mlp.serving.predictions import Wanted
from gnn2mlp.serving.refusal import RefusalError
from tests.serving import served
from tests.serving.served import run, running


def test_who_asks_before_it_started_is_told_to_wait(folder: Path) -> None:
    service = RowService(folder, Settings(watch=0))
    assert not service.ready
    with pytest.raises(RefusalError, match="does not answer yet"):
        run(lambda: service.predict(served.ROW, Wanted()))


def test_another_version_is_taken_up_while_it_runs(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "model"
    shutil.copytree(folder, place)

    async def replaced(service: RowService) -> tuple[str, str]:
        before = (await service.predict(served.ROW, Wanted())).model.version
        served.saved(place, served.of_columns(seed=3))
        for _ in range(500):
            await asyncio.sleep(0.01)
            after = (await service.predict(served.ROW, Wanted())).model.version
            if after != before and service.metrics.text()[0].decode().count(f'version="{after}"'):
                break
        return before, after

    before, after = running(RowService, place, replaced, watch=0.01)
    assert before != after
