"""Models as MLflow's pyfunc flavour: what `mlflow models serve` and `mlflow.pyfunc.spark_udf` take as it is.

Needs the extras `mlflow` and `onnx`. What is written holds no pickle.
"""

from gnn2mlp.deploy.mlflow.saving import log_model, save_model
from gnn2mlp.deploy.mlflow.signature import input_example, input_schema

__all__ = ["input_example", "input_schema", "log_model", "save_model"]
