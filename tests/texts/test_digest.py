import hashlib

from gnn2mlp.texts import text_digest


def test_it_is_of_every_letter() -> None:
    assert text_digest("Ö") == hashlib.sha256("Ö".encode()).hexdigest()[:32]
    assert len({text_digest(text) for text in ("", " ", "a", "A", "a ", "\ud800")}) == 6
