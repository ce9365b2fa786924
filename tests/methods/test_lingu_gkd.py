"""LinguGKD: its terms, and the released mixture as an option."""

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.methods.lingu_gkd import LinguGKD
from gnn2mlp.objectives import LayerContrast, LearntMixture


def weights(method: LinguGKD) -> list[tuple[str, float]]:
    return [(t.objective.name, t.weight) for t in method.build_objective().terms()]


def test_terms_have_fixed_weights() -> None:
    assert weights(LinguGKD()) == [("hard_labels", 1.0), ("soft_labels", 1.0), ("layer_contrast", 0.1)]
    assert LinguGKD().teacher_keys == {"logits", "hop_embeddings"}
    assert LinguGKD(contrast_weight=0).teacher_keys == {"logits"}
    assert LinguGKD(soft_weight=0).teacher_keys == {"logits", "hop_embeddings"}  # whose negatives are by class


def test_options_reach_the_contrast() -> None:
    term = LinguGKD(temperature=0.2, width=8, weights="equal").build_objective().terms()[2].objective
    assert isinstance(term, LayerContrast)
    assert (term.temperature, term.width, term.weights) == (0.2, 8, "equal")


def test_the_released_mixture_is_an_option() -> None:
    (term,) = LinguGKD(soft_weight=0, contrast_weight=1, mixture="learnt").build_objective().terms()
    assert isinstance(term.objective, LearntMixture)
    assert term.objective.shares.tolist() == [0.5, 0.5]
    with pytest.raises(ConfigError, match=r"method\.mixture: expected a term with a weight to begin with"):
        LinguGKD(0, 0, 0, mixture="learnt")


@pytest.mark.parametrize("option", ["hard_weight", "soft_weight", "contrast_weight"])
def test_weights_are_not_negative(option: str) -> None:
    with pytest.raises(ConfigError, match=rf"method\.{option}: expected at least 0, got -1"):
        LinguGKD(**{option: -1})  # type: ignore[arg-type]
