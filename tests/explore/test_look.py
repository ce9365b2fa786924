import re

from gnn2mlp.explore.look import MODELS, VARIABLES, look


def test_models_differ_in_name_and_colour() -> None:
    assert len({look.label for look in MODELS.values()}) == len({look.colour for look in MODELS.values()}) == 3


def test_an_unknown_model_keeps_its_name() -> None:
    assert look("ensemble").label == "ensemble"


def test_every_variable_has_a_colour_of_its_own_that_no_library_default_uses() -> None:
    assert len(set(VARIABLES)) == len(set(VARIABLES.values())) == 7
    # Pure white and black appear in figures for other reasons and must not be swapped.
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in VARIABLES)
    assert not {"#ffffff", "#000000"} & set(VARIABLES)
