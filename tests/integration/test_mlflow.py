"""MLflow's own server and Spark answer as `predict` does, with no code of ours but what lies in the model's folder."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import ArtefactError
from tests.deploy.mlflow.test_signature import TABLE, of_columns
from tests.deploy.scored import student_of

pytestmark = pytest.mark.integration
# Seconds until a server answers on a busy machine.
PATIENCE = 180


def command() -> str:
    """MLflow's command, which mlflow-skinny alone cannot serve with."""
    pytest.importorskip("flask", reason="needs the whole of mlflow: make integration")
    return str(Path(sys.executable).with_name("mlflow"))


@contextmanager
def server(model: Path) -> Iterator[str]:
    """`mlflow models serve` on loopback; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (model.parent / "server.txt").open("w+")
    words = [
        command(),
        "models",
        "serve",
        "-m",
        str(model),
        "--env-manager",
        "local",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    process = subprocess.Popen(words, cwd=model.parent, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        address, end = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
        while ask(f"{address}/ping")[0] != 200:
            waiting = process.poll() is None and time.monotonic() < end
            assert waiting, (model.parent / "server.txt").read_text()[-3000:]
            time.sleep(0.3)
        yield address
    finally:
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(url: str, body: Any = None) -> tuple[int, str]:
    """Status and text of an answer; 0 where nobody answers."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def split(frame: pd.DataFrame) -> dict[str, Any]:
    """A data frame as MLflow's requests have it."""
    told = json.loads(frame.to_json(orient="split", date_format="iso"))
    return {"dataframe_split": {"columns": told["columns"], "data": told["data"]}}


def saved(student: Any, folder: Path) -> Path:
    from gnn2mlp.deploy.mlflow import save_model

    student.save(folder / "model")
    return save_model(folder / "model", folder / "served")


def test_the_server_answers_as_predict_does(tmp_path: Path) -> None:
    student, table = of_columns(), pd.DataFrame(TABLE)
    with server(saved(student, tmp_path)) as address:
        url = f"{address}/invocations"
        status, text = ask(url, split(table))
        assert status == 200, text
        found = json.loads(text)["predictions"]
        assert [row["prediction"] for row in found] == student.predict(table).tolist()
        expected = student.predict_proba(table)
        np.testing.assert_allclose([[r["probability_cat"], r["probability_dog"]] for r in found], expected, rtol=1e-5)
        assert ask(url, json.loads((tmp_path / "served" / "serving_input_example.json").read_text()))[0] == 200
        for wrong in (
            table.drop(columns="likes"),
            table.rename(columns={"kind": "sort"}),
            table.assign(price=["dear"] * 4),
            table.assign(vector=[[1.0, 2.0, 3.0]] * 4),
            table.assign(born=["soon"] * 4),
        ):
            status, text = ask(url, split(wrong))
            assert status == 400, text
        for wrong in ({}, {"dataframe_split": {"columns": ["x"], "data": [["y"]]}}, [1], {"inputs": [[1, 2]]}):
            assert ask(url, wrong)[0] == 400
        assert ask(url, split(table))[0] == 200


def test_spark_answers_as_predict_does(tmp_path: Path) -> None:
    sql = pytest.importorskip("pyspark.sql")
    import mlflow

    student = student_of(["a", "b", "c"], names=None)
    served, rows = saved(student, tmp_path), np.random.default_rng(0).normal(size=(500, 3)).round(3)
    pd.DataFrame({"id": range(500), "features": rows.tolist()}).to_parquet(tmp_path / "in.parquet")
    columns = of_columns()
    (tmp_path / "columns").mkdir()
    served_columns, table = saved(columns, tmp_path / "columns"), pd.DataFrame(TABLE).drop(columns="kind")
    table["kind"] = TABLE["kind"].astype(str)
    table.astype({"since": "datetime64[us]"}).to_parquet(tmp_path / "columns.parquet")
    session = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = session.config("spark.driver.host", "127.0.0.1").getOrCreate()
    try:
        udf = mlflow.pyfunc.spark_udf(spark, str(served), env_manager="local")
        scored = spark.read.parquet(str(tmp_path / "in.parquet")).repartition(3).withColumn("answer", udf("features"))
        found = scored.select("id", "answer.*").toPandas().sort_values("id")
        assert found["prediction"].tolist() == student.predict(rows).tolist()
        expected = student.predict_proba(rows)
        np.testing.assert_allclose(found[[f"probability_{name}" for name in "abc"]], expected, rtol=1e-5)
        by_name = mlflow.pyfunc.spark_udf(spark, str(served_columns), env_manager="local")
        answered = spark.read.parquet(str(tmp_path / "columns.parquet")).withColumn("answer", by_name())
        assert answered.select("answer.prediction").toPandas()["prediction"].tolist() == columns.predict(table).tolist()
    finally:
        spark.stop()


def test_a_model_that_was_altered_is_not_served(tmp_path: Path) -> None:
    import mlflow

    served = saved(student_of(["a", "b"]), tmp_path)
    assert not [path for path in served.rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib", ".pt")]
    path = served / "artifacts" / "model" / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match="altered after writing"):
        mlflow.pyfunc.load_model(str(served))
