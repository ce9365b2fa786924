import re

from gnn2mlp.explore.look import FORMS, MODELS, SCORES, UNKNOWN, VARIABLES, class_look, look


def test_models_differ_in_name_and_colour() -> None:
    assert len({look.label for look in MODELS.values()}) == len({look.colour for look in MODELS.values()}) == 3


def test_scores_have_looks_of_their_own() -> None:
    assert look("margin").label == "Margin"
    assert len({look.colour for look in (MODELS | SCORES).values()}) == 7


def test_forms_of_a_student_have_names_of_their_own_and_colours_that_follow_a_dark_page() -> None:
    assert len({look.label for look in (FORMS | MODELS).values()}) == len(FORMS) + 3
    assert {look.colour for look in FORMS.values()} <= set(VARIABLES)
    assert look("int8").label == "Student, int8"


def test_an_unknown_model_keeps_its_name() -> None:
    assert look("ensemble").label == "ensemble"


def test_every_variable_has_a_colour_of_its_own_that_no_library_default_uses() -> None:
    assert len(set(VARIABLES)) == len(set(VARIABLES.values())) == 11
    # Pure white and black appear in figures for other reasons and must not be swapped.
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in VARIABLES)
    assert not {"#ffffff", "#000000"} & set(VARIABLES)


def test_sixty_classes_look_different_and_none_like_an_unknown_one() -> None:
    looks = {class_look(k) for k in range(60)}
    assert len(looks) == 60
    assert class_look(-1) == UNKNOWN
    assert UNKNOWN not in looks
