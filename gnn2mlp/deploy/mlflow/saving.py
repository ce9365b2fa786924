"""Writes a model directory as a model of MLflow's, which any of its tools can serve."""

import importlib.metadata
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gnn2mlp
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import check_writable, user_path
from gnn2mlp.deploy.batch_scorer import BatchScorer
from gnn2mlp.deploy.onnx_columns import check_convertible
from gnn2mlp.deploy.onnx_predictor import MODEL
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.deploy.row_reader import Errors
from gnn2mlp.deploy.sealed import CONFIG
from gnn2mlp.encoders.table import TableEncoder

# Beside this package's own code, which goes with the model: what answers with ONNX Runtime, and what with torch.
_NEEDED = ("numpy", "pandas", "filelock")
_RUNTIME = ("onnxruntime",)
_TORCH = ("torch", "torch-geometric", "scipy", "scikit-learn", "safetensors", "pydantic", "PyYAML", "jaxtyping")


def save_model(
    model: str | Path,
    path: str | Path,
    probabilities: bool | None = None,
    coverage: float | None = None,
    outliers: bool = False,
    errors: Errors = "raise",
) -> Path:
    """Write a model directory as a pyfunc model of MLflow's, which needs no code of yours to be served.

    The folder holds the model directory with all its checksums, `model.onnx` within, the signature, rows as an example,
    the packages that it needs (ONNX Runtime, no torch) and the code of this package as it is now. Nothing is pickled.
    Students that cannot be one ONNX file are answered by torch, which is then among the packages.

    Args:
        model: a model directory; it is not changed.
        path: the folder to write, which must not exist.
        probabilities: whether each class's probability is answered beside the prediction; default: if there are any.
        coverage: of sets of classes; default: no sets.
        outliers: whether it is answered if a row is foreign to the student.
        errors: `"raise"`: a request with a row that cannot be read fails as a whole (400, or the job in Spark);
            `"null"`: such rows have no answer and a reason.

    Returns:
        The folder.

    Raises:
        ConfigError: if MLflow is not installed, the student needs the graph, or cannot tell what is asked for.
        ArtefactError: if the model is damaged, or the folder cannot be written.

    Example:
        >>> save_model("model", "served")  # doctest: +SKIP
        PosixPath('served')
    """
    place = user_path(path, "path")
    if place.exists():
        raise ArtefactError(f"expected nothing at {place}, found something; choose another folder, or remove it")
    check_writable(place.parent, "choose another folder")
    pyfunc = _pyfunc()
    with _prepared(model, probabilities, coverage, outliers, errors) as arguments:
        pyfunc.save_model(str(place), **arguments)
    return place


def log_model(
    model: str | Path,
    name: str = "model",
    probabilities: bool | None = None,
    coverage: float | None = None,
    outliers: bool = False,
    errors: Errors = "raise",
    registered_model_name: str | None = None,
) -> Any:
    """Log a model directory to MLflow's active run, as `save_model` writes it; MLflow's `ModelInfo`.

    Args:
        model: a model directory.
        name: of the logged model.
        probabilities: as in `save_model`, like the next three.
        coverage: likewise.
        outliers: likewise.
        errors: likewise.
        registered_model_name: in the model registry; default: not registered.

    Raises:
        ConfigError: as `save_model`.
        ArtefactError: likewise.

    Example:
        >>> log_model("model", registered_model_name="pages").model_uri  # doctest: +SKIP
        'models:/m-...'
    """
    pyfunc = _pyfunc()
    with _prepared(model, probabilities, coverage, outliers, errors) as arguments:
        return pyfunc.log_model(name=name, registered_model_name=registered_model_name, **arguments)


def _pyfunc() -> Any:
    try:
        import mlflow.pyfunc
    except ImportError as error:
        raise ConfigError("MLflow is not installed; install the extra: pip install 'gnn2mlp[mlflow]'") from error
    return mlflow.pyfunc


@contextmanager
def _prepared(model: str | Path, *asked: Any) -> Iterator[dict[str, Any]]:
    """What MLflow is told, from a copy of the model directory that has an ONNX file."""
    from mlflow.models import ModelSignature

    from gnn2mlp.deploy.mlflow.signature import input_example, input_schema, output_schema

    names = ("probabilities", "coverage", "outliers", "errors")
    config = dict(zip(names, asked, strict=True))
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        folder, student = _copied(user_path(model, "model"), Path(scratch) / "model")
        if config["probabilities"] is None:
            config["probabilities"] = student.answers.classes is not None
        scorer, example = BatchScorer(student, **config), input_example(student)
        warnings.filterwarnings("ignore", ".*type hints")  # they would be another signature
        yield {
            "python_model": str(Path(__file__).with_name("served.py")),
            "artifacts": {"model": str(folder)},
            "code_paths": [str(_code(Path(scratch)))],
            "signature": ModelSignature(input_schema(student), output_schema(scorer, example)),
            "input_example": example,
            "pip_requirements": _requirements((folder / MODEL).exists()),
            "model_config": {name: value for name, value in config.items() if value is not None},
            "metadata": {"gnn2mlp": gnn2mlp.__version__, "digest": student.digest()},
        }


def _copied(source: Path, folder: Path) -> tuple[Path, Predictor]:
    """A copy with a `model.onnx` if there can be one, and its student."""
    student = Predictor.load(source)
    if (source / CONFIG).exists():
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".*"))
    else:  # of releases before model directories
        student.save(folder)
    if not (folder / MODEL).exists() and (student.columns is None or _is_convertible(student.columns)):
        student.to_onnx(folder / MODEL)
    return folder, Predictor.load(folder)  # which checks what was copied


def _is_convertible(columns: TableEncoder) -> bool:
    try:
        check_convertible(columns)
    except ConfigError:
        return False
    return True


def _code(scratch: Path) -> Path:
    """A copy of this package's source: what answers is what was there when the model was written."""
    return Path(shutil.copytree(Path(gnn2mlp.__file__).parent, scratch / "gnn2mlp", ignore=_NOT_CODE))


_NOT_CODE = shutil.ignore_patterns("__pycache__", "web", "templates")


def _requirements(on_onnx: bool) -> list[str]:
    """Packages with the versions that are installed here, but pyarrow's, of which MLflow refuses the newest ones.

    `mlflow-skinny` cannot serve, so that `mlflow` is named in any case.
    """
    import mlflow

    others = (*_NEEDED, *(_RUNTIME if on_onnx else _TORCH))
    return [
        f"mlflow=={mlflow.__version__}",
        "pyarrow>=18",
        *(f"{name}=={importlib.metadata.version(name)}" for name in others),
    ]
