import numpy as np
import pytest

from gnn2mlp.explore.colour_vision import DEFICIENCIES, contrast, linear_rgb, oklab, separation, simulate


def test_contrast_is_that_of_wcag() -> None:
    # The worked example of a grey that just reaches 4.5 on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ffffff", "#767676") == contrast("#767676", "#ffffff")


def test_white_is_the_top_of_oklab_and_red_lies_where_its_author_puts_it() -> None:
    np.testing.assert_allclose(oklab(linear_rgb(["#ffffff"])), [[1, 0, 0]], atol=1e-4)
    np.testing.assert_allclose(oklab(linear_rgb(["#ff0000"])), [[0.62796, 0.22486, 0.12585]], atol=1e-4)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_greys_are_seen_by_everybody(deficiency: str) -> None:
    grey = linear_rgb(["#000000", "#808080", "#ffffff"])
    np.testing.assert_allclose(simulate(grey, deficiency), grey, atol=1e-5)


def test_what_is_red_and_green_to_others_is_alike_without_one_kind_of_cone() -> None:
    pair = ["#a03030", "#5a5a2c"]
    assert separation(pair)[0, 1] > 12
    assert separation(pair, "deuteranopia")[0, 1] < 8
    assert separation(pair, "tritanopia")[0, 1] > 12
