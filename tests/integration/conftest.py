"""The environment that heavy tests find, and a cluster of Spark with two workers for those that ask for one."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CLUSTER = "local-cluster[2,1,1024]"


@pytest.fixture(scope="session", autouse=True)
def activated() -> Iterator[None]:
    """As in an activated environment: MLflow and Spark start commands and workers by what PATH finds first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        yield


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session on a cluster of two executors of one core each, which are processes of their own."""
    pyspark = pytest.importorskip("pyspark", reason="no pyspark: make integration")
    if shutil.which("java") is None:
        pytest.skip("no Java: install version 17 or 21")
    from gnn2mlp.core.spark import spark_session

    home = tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_HOME", str(Path(pyspark.__file__).parent))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = spark_session(
            {
                "spark.master": CLUSTER,
                "spark.driver.host": "127.0.0.1",
                "spark.local.dir": str(home / "local"),
                "spark.sql.warehouse.dir": str(home / "warehouse"),
                "spark.sql.shuffle.partitions": "4",
                "spark.ui.enabled": "false",
                "spark.ui.showConsoleProgress": "false",
                # An executor that was killed in a test says nothing of the next one.
                "spark.excludeOnFailure.enabled": "false",
            }
        )
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()
