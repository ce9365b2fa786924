"""Tests of heavy parts, for `make integration`: Spark, MLflow, servers, and pages that a server sends."""
