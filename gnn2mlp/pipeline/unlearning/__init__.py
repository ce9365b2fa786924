"""A trained model forgets nodes or edges, with evidence of how far it did."""
