"""What a request is answered with that cannot be: a status, a sentence, and what to do."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import Gnn2mlpError

BAD_JSON, UNKNOWN, TOO_LARGE, UNREADABLE, BUSY = 400, 404, 413, 422, 503
# Seconds after which a client may ask again.
RETRY_AFTER = "1"


class RefusalError(Gnn2mlpError, ValueError):
    """A request that is not answered, with the status of HTTP that says so.

    Args:
        status: of HTTP.
        message: expected, got, and what to do.
        headers: that go with the answer.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None):
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


def busy(message: str) -> RefusalError:
    """What a client is told that should come again."""
    return RefusalError(BUSY, message, {"retry-after": RETRY_AFTER})


def called(value: Any) -> str:
    """What JSON calls a value, for messages.

    Example:
        >>> called({}), called(3), called(None)
        ('an object', 'a number', 'null')
    """
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
