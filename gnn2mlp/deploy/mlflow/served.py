"""The file that MLflow runs to load a model: a student behind tables of pandas. Imports no torch where ONNX answers.

MLflow copies this file into the folder of a model ("models from code"), so that no object is pickled.
"""

from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.deploy import BatchScorer
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.onnx_predictor import MODEL

# The name of the model directory among the artefacts, and of what is asked of it in the configuration.
DIRECTORY, ASKED = "model", ("probabilities", "coverage", "outliers", "errors")


class ServedStudent(PythonModel):
    """Answers of a model directory, as `BatchScorer` gives them."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the model directory; every file of it is checked first.

        Raises:
            ArtefactError: if a file is missing, altered or added.
        """
        asked = {name: context.model_config[name] for name in ASKED if name in (context.model_config or {})}
        self.scorer = BatchScorer(_predictor(context.artifacts[DIRECTORY]), **asked)

    # MLflow would read annotations of types as another signature.
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        """The columns that `BatchScorer` writes, for a data frame of the columns that the student reads.

        Raises:
            DataError: for columns or rows that cannot be read, of which a server makes the answer 400.
        """
        arrow, _ = pyarrow_modules()
        try:
            batch = arrow.RecordBatch.from_pandas(model_input, preserve_index=False)
        except (arrow.ArrowException, TypeError, ValueError) as error:
            raise DataError(f"predict: expected one kind of values in each column, got {error}") from error
        return self.scorer(batch).to_pandas(integer_object_nulls=True)


def _predictor(directory: str) -> BasePredictor:
    """The student of a model directory, on ONNX Runtime where its file lies there."""
    if (user_path(directory, "directory") / MODEL).exists():
        from gnn2mlp.deploy.onnx_predictor import OnnxPredictor

        return OnnxPredictor.load(directory)
    from gnn2mlp.deploy.predictor import Predictor

    return Predictor.load(directory)


set_model(ServedStudent())
