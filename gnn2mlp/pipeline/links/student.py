"""The stages `student` and `mlp` of links: an embedder and a decoder learn from a teacher, or from links alone."""

from collections.abc import Sequence
from typing import Unpack

from gnn2mlp.data.links import ObservedLinks
from gnn2mlp.decoders import Decoder
from gnn2mlp.deploy.link_predictor import LinkPredictor
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.pipeline.lesson import Lesson, learner_of
from gnn2mlp.students import LinkStudent


def distil_link_student(
    observed: ObservedLinks,
    decoder: Decoder,
    feature_names: Sequence[str] | None,
    dataset: str,
    **lesson: Unpack[Lesson],
) -> LinkPredictor:
    """A trained student that scores pairs of rows.

    Args:
        observed: features, message edges, and the pairs that train and validate.
        decoder: recipe of what makes a score of two embeddings.
        feature_names: of the columns, if they have names.
        dataset: its name, for the card.
        lesson: see `Lesson`; its student is the recipe of the embedder.
    """
    recipe = LinkStudent(lesson["student"], decoder)
    result = lesson["method"].learn(learner_of(lesson, observed, recipe))
    card = {**result.card, "history": result.history.to_dict(), "dataset": dataset}
    width = observed.graph.num_features
    assert isinstance(result.module, LinkNetwork), "methods of links ship nothing else"
    return LinkPredictor(result.student or recipe, result.module, width, card, feature_names, result.inputs)
