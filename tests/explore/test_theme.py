import re

from gnn2mlp.explore.theme import FORM_STYLES, MODEL_STYLES, SCORE_STYLES, UNKNOWN, VARIABLES, class_style, style_of


def test_models_differ_in_name_and_colour() -> None:
    assert (
        len({style.label for style in MODEL_STYLES.values()})
        == len({style.colour for style in MODEL_STYLES.values()})
        == 3
    )


def test_scores_have_looks_of_their_own() -> None:
    assert style_of("margin").label == "Margin"
    assert len({style.colour for style in (MODEL_STYLES | SCORE_STYLES).values()}) == 11


def test_forms_of_a_student_have_names_of_their_own_and_colours_that_follow_a_dark_page() -> None:
    assert len({style.label for style in (FORM_STYLES | MODEL_STYLES).values()}) == len(FORM_STYLES) + 3
    assert {style.colour for style in FORM_STYLES.values()} <= set(VARIABLES)
    assert style_of("int8").label == "Student, int8"


def test_an_unknown_model_keeps_its_name() -> None:
    assert style_of("ensemble").label == "ensemble"


def test_every_variable_has_a_colour_of_its_own_that_no_library_default_uses() -> None:
    assert len(set(VARIABLES)) == len(set(VARIABLES.values())) == 15
    # Pure white and black appear in figures for other reasons and must not be swapped.
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in VARIABLES)
    assert not {"#ffffff", "#000000"} & set(VARIABLES)


def test_sixty_classes_look_different_and_none_like_an_unknown_one() -> None:
    styles = {class_style(k) for k in range(60)}
    assert len(styles) == 60
    assert class_style(-1) == UNKNOWN
    assert UNKNOWN not in styles
