"""Spark sessions, for what runs on a cluster. Needs pyspark (extra `spark`) and Java 17 or 21."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import ConfigError


def spark_sql() -> Any:
    """`pyspark.sql`.

    Raises:
        ConfigError: if pyspark is not installed.
    """
    try:
        import pyspark.sql
    except ImportError as error:
        raise ConfigError("Spark needs pyspark; install the extra: pip install 'gnn2mlp[spark]'") from error
    return pyspark.sql


def spark_session(settings: Mapping[str, str] | None = None) -> Any:
    """The active `pyspark.sql.SparkSession`, or a new one.

    A new one is what `spark-submit`, `spark-defaults.conf` and Spark's variables of the environment say; without any of
    them it computes on this machine, on all cores. Workers run this Python, unless `PYSPARK_PYTHON` names another.

    Args:
        settings: of Spark's configuration, for a new session alone: `{"spark.driver.memory": "4g"}`.

    Raises:
        ConfigError: if pyspark is not installed, or Java is missing or too old.
    """
    sql = spark_sql()
    if (active := sql.SparkSession.getActiveSession()) is not None:
        return active
    from pyspark.errors import PySparkRuntimeError

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.appName("gnn2mlp")
    for name, value in (settings or {}).items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkRuntimeError, OSError) as error:
        raise ConfigError(
            f"Spark did not start ({str(error).splitlines()[0]}); it needs Java 17 or 21: install one (on Debian: "
            "apt-get install openjdk-17-jre-headless), or point JAVA_HOME to it"
        ) from error
