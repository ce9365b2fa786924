"""Sessions of Spark; those that start are in tests/integration/test_spark_scoring.py."""

import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spark import spark_session, spark_sql


class _NoGatewayError(RuntimeError):
    """What pyspark raises where no Java starts."""


class _Builder:
    """Of sessions: what it was told, and whether Java is there."""

    def __init__(self, java: bool):
        self.java, self.told = java, {}  # type: ignore[var-annotated]

    def appName(self, name: str) -> "_Builder":  # noqa: N802
        return self.config("name", name)

    def config(self, name: str, value: str) -> "_Builder":
        self.told[name] = value
        return self

    def getOrCreate(self) -> dict[str, str]:  # noqa: N802
        if not self.java:
            raise _NoGatewayError("[JAVA_GATEWAY_EXITED] Java gateway process exited\nand more")
        return self.told


def _pyspark(monkeypatch: pytest.MonkeyPatch, active: Any = None, java: bool = True) -> None:
    """A pyspark without a JVM."""
    session = SimpleNamespace(getActiveSession=lambda: active, builder=_Builder(java))
    parts = {"": {}, ".sql": {"SparkSession": session}, ".errors": {"PySparkRuntimeError": _NoGatewayError}}
    for name, content in parts.items():
        module = ModuleType(f"pyspark{name}")
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, f"pyspark{name}", module)
    vars(sys.modules["pyspark"]).update(sql=sys.modules["pyspark.sql"], errors=sys.modules["pyspark.errors"])
    monkeypatch.setenv("PYSPARK_PYTHON", "")  # so that whatever it becomes is undone
    monkeypatch.delenv("PYSPARK_PYTHON")


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ConfigError, match="Spark needs pyspark; install the extra: pip install 'gnn2mlp.spark.'"):
        spark_sql()


def test_without_java_the_message_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    _pyspark(monkeypatch, java=False)
    with pytest.raises(ConfigError, match="process exited.; it needs Java 17 or 21: install one") as raised:
        spark_session()
    assert "and more" not in str(raised.value)


def test_workers_run_this_python_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _pyspark(monkeypatch)
    assert spark_session({"spark.driver.memory": "4g"}) == {"name": "gnn2mlp", "spark.driver.memory": "4g"}
    assert os.environ["PYSPARK_PYTHON"] == sys.executable
    monkeypatch.setenv("PYSPARK_PYTHON", "/opt/python")
    spark_session()
    assert os.environ["PYSPARK_PYTHON"] == "/opt/python"


def test_a_session_that_is_active_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    _pyspark(monkeypatch, active="mine")
    assert spark_session({"spark.driver.memory": "4g"}) == "mine"
