"""What the teacher of a run of whole graphs is trained on: the training graphs, or a condensed set in their place."""

from gnn2mlp.condensers import DistilledSet
from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.data.split import Split
from gnn2mlp.pipeline.condense import data_digest, set_for
from gnn2mlp.pipeline.graphs.job import GraphsJob
from gnn2mlp.pipeline.graphs.views import graph_training_view
from gnn2mlp.teachers import TEACHERS


def condensed_set(job: GraphsJob, number: int, split: Split) -> DistilledSet | None:
    """The set that takes the place of a seed's training graphs, if the run names one.

    Raises:
        ConfigError: if it is of other graphs or another split, or its trees are too shallow for the teacher's layers.
        ArtefactError: if there is none.
    """
    path = job.config.train_on
    if path is None:
        return None
    found = set_for(path, number)
    found.check_data(job.graphs.name, data_digest(job.graphs), f"train_on: seed {number}")
    found.check_split(split.digest, f"train_on: seed {number}")
    found.check_layers(getattr(job.config.teacher.build(TEACHERS), "layers", 0), "teacher.layers")
    return found


def taught_view(job: GraphsJob, number: int, split: Split) -> ObservedGraphs:
    """The view that the teacher is trained on; validation graphs are those of the split in any case.

    Args:
        job: of all seeds.
        number: of the seed.
        split: of the seed.
    """
    return graph_training_view(job.graphs, split, condensed_set(job, number, split))
