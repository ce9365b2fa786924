"""What codes of atoms stand for: the chemical elements are in the order of their numbers."""

from gnn2mlp.data.graphs.datasets._molecules import ATOM_FIELDS, BOND_FIELDS


def test_elements_are_in_the_order_of_their_numbers() -> None:
    elements = ATOM_FIELDS["element"]
    numbers = {"H": 1, "C": 6, "Cl": 17, "Br": 35, "I": 53, "Au": 79, "U": 92, "Og": 118}
    assert {symbol: elements.index(symbol) + 1 for symbol in numbers} == numbers
    assert len(set(elements)) == len(elements)


def test_names_of_fields_differ() -> None:
    assert not set(ATOM_FIELDS) & set(BOND_FIELDS)
