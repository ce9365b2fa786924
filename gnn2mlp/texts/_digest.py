"""What a text is recognised by, where the text itself is not to be kept."""

import hashlib


def text_digest(text: str) -> str:
    """The first 32 hex digits of the SHA-256 of a text in UTF-8.

    Example:
        >>> text_digest("A red house")
        '38ee8b922ab10881e1bd10f43a898cbd'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
