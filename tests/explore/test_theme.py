import re

import numpy as np
import pytest

from gnn2mlp.explore.colour_vision import DEFICIENCIES, contrast, linear_rgb, oklab, separation
from gnn2mlp.explore.theme import (
    DARK_PALETTE,
    DARK_RAMP,
    DARK_UNKNOWN,
    FORM_STYLES,
    MODEL_STYLES,
    PALETTE,
    RAMP,
    SCORE_STYLES,
    UNKNOWN,
    VARIABLES,
    class_style,
    style_of,
)

# What is drawn on: page and card of light and of dark pages, and paper.
GROUNDS = {"light": ("#ffffff", "#f6f7f8"), "dark": ("#15181c", "#1d2126")}
CLASSES = {"light": (*PALETTE, UNKNOWN.colour), "dark": (*DARK_PALETTE, DARK_UNKNOWN)}
RAMPS = {"light": RAMP, "dark": DARK_RAMP}


def test_models_differ_in_name_and_colour() -> None:
    assert len({style.label for style in MODEL_STYLES.values()}) == len(MODEL_STYLES)
    assert len({style.colour for style in MODEL_STYLES.values()}) == len(MODEL_STYLES) - 1
    assert MODEL_STYLES["plain"].colour == MODEL_STYLES["mlp"].colour  # a baseline, whatever its network
    assert VARIABLES[MODEL_STYLES["mlp"].colour] == "--mlp"  # the one that pages know


def test_scores_have_looks_of_their_own() -> None:
    assert style_of("margin").label == "Margin"
    assert len({style.colour for style in (MODEL_STYLES | SCORE_STYLES).values()}) == 13


def test_forms_of_a_student_have_names_of_their_own_and_colours_that_follow_a_dark_page() -> None:
    assert len({style.label for style in (FORM_STYLES | MODEL_STYLES).values()}) == len(FORM_STYLES) + len(MODEL_STYLES)
    assert {style.colour for style in FORM_STYLES.values()} <= set(VARIABLES)
    assert style_of("int8").label == "Student, int8"


def test_an_unknown_model_keeps_its_name() -> None:
    assert style_of("ensemble").label == "ensemble"


def test_every_variable_has_a_colour_of_its_own_that_no_library_default_uses() -> None:
    assert len(set(VARIABLES)) == len(set(VARIABLES.values())) == 28
    # Pure white and black appear in figures for other reasons and must not be swapped.
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in VARIABLES)
    assert not {"#ffffff", "#000000"} & set(VARIABLES)


def test_sixty_classes_look_different_and_none_like_an_unknown_one() -> None:
    styles = {class_style(k) for k in range(60)}
    assert len(styles) == 60
    assert class_style(-1) == UNKNOWN
    assert UNKNOWN not in styles


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_colour_of_a_class_or_a_value_can_be_seen_on_its_ground(ground: str) -> None:
    for colour in (*CLASSES[ground], *RAMPS[ground]):
        assert min(contrast(colour, paper) for paper in GROUNDS[ground]) >= 3, colour


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("deficiency", [None, *DEFICIENCIES])
def test_colours_of_classes_are_told_apart_by_everybody(ground: str, deficiency: str | None) -> None:
    apart = separation(CLASSES[ground], deficiency)
    apart[np.diag_indices(len(apart))] = np.inf
    assert apart.min() >= (12 if deficiency is None else 8)


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_lightness_of_a_value_tells_its_rank(ground: str) -> None:
    lightness = np.diff(oklab(linear_rgb(RAMPS[ground]))[:, 0])
    assert (lightness < 0).all() if ground == "light" else (lightness > 0).all()
