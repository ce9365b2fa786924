import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gnn2mlp.deploy import OnnxPredictor, Predictor, add_files
from gnn2mlp.deploy.loading import predictor_of
from gnn2mlp.deploy.monitoring import PROFILE
from gnn2mlp.deploy.monitoring.watching import monitor_table
from tests.deploy.monitoring.watched import table_of, watched_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watched")
    predictor, profile = watched_model(500)
    predictor.save(folder / "model")
    add_files(folder / "model", {PROFILE: profile.encode()})
    pq.write_table(table_of(300, 5), folder / "new.parquet", row_group_size=70)
    return folder / "model"


def test_a_file_is_compared(model: Path) -> None:
    told: list[tuple[int, int]] = []
    found = monitor_table(
        model, model.parent / "new.parquet", progress=lambda done, total, note="": told.append((done, total))
    )
    assert found.rows == 300
    assert told[-1] == (300, 300)
    assert found.answers


def test_onnx_answers_without_torch(model: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    assert isinstance(predictor_of(model), Predictor)
    plain = monitor_table(model, model.parent / "new.parquet")
    Predictor.load(model).to_onnx(model)
    assert isinstance(predictor_of(model), OnnxPredictor)
    assert isinstance(predictor_of(model, weights=True), Predictor)
    found = monitor_table(model, model.parent / "new.parquet")
    assert found.named() == plain.named()
    program = (
        "import sys\nfrom gnn2mlp.deploy.monitoring.watching import monitor_table\n"
        f"print(monitor_table({str(model)!r}, {str(model.parent / 'new.parquet')!r}).rows, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["300", "False"], done.stderr
