"""Where the models of a fit disagree: a page beside its working files, as it shows rows and does not ship."""

from typing import Any

from gnn2mlp.data.split import Split
from gnn2mlp.explore.describing import describe_table
from gnn2mlp.explore.disagreements import Disagreement
from gnn2mlp.pipeline.answers import answers_file, model_answers
from gnn2mlp.pipeline.disagreement import answered, write_disagreement
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.pipeline.fitting.encoding import Encoded
from gnn2mlp.pipeline.fitting.stages import Stages
from gnn2mlp.pipeline.fitting.tables import Tables
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.stage import Stage

_MODELS = ("teacher", "knowledge", "mlp", "student", "linear", "boosting", "observed", "full", "execution")


def compare_models(
    job: Job, made: Stages, config: FitConfig, split: Split, tables: Tables, encoded: Encoded
) -> dict[str, Any]:
    """Compare what all models of a fit answer on test rows, and write page and file into the job's folder.

    Returns:
        `page`, its path within the folder of the model, and what `gnn2mlp.report.disagreement_report.summary` gives.
    """
    inputs = {name: made.record.inputs[name] for name in _MODELS}
    storage = answers_file(job.folder / "answers.safetensors")
    stage = Stage(model_answers, inputs, storage, job.environment, job.context(config.seed))
    read = list(encoded.encoder.column_names)
    table = answered(
        job.graph,
        (config.seed,),
        [stage.value],
        [split],
        describe_table(tables.features.select(read)),
        [_plain(tables.ids.shown(row)) for row in range(len(tables.ids))],
        f"{', '.join(config.label)} of {config.nodes.name}: teacher {config.teacher.name}, method "
        f"{config.method.name}, student {config.student.name}.",
    )
    told = write_disagreement(Disagreement(table), job.folder)
    return {**told, "page": f"{job.folder.name}/{told['page']}"}


def _plain(shown: str) -> str:
    """An id without the quotes that mark text in messages."""
    return shown[1:-1] if shown[:1] in ("'", '"') else shown
