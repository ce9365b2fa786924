"""The file that MLflow runs to load a model: a student behind tables of pandas. Imports no torch where ONNX answers.

MLflow copies this file into the folder of a model ("models from code"), so that no object is pickled.
"""

from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.deploy import BatchScorer
from gnn2mlp.deploy.loading import predictor_of

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
        self.scorer = BatchScorer(predictor_of(context.artifacts[DIRECTORY]), **asked)

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


set_model(ServedStudent())
