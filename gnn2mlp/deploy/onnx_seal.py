"""A file that vouches for itself: an ONNX model whose last metadata entry is the SHA-256 of all that comes before it.

Protocol buffers may be concatenated, and lists then grow. So the digest is an entry of the model's own
`metadata_props`, which any reader of ONNX shows, and yet stands at the end of the file, where it is found without a
parser. Whoever reads a file looks at nothing of it before the digest is right. Imports no torch.
"""

import hashlib

from gnn2mlp.core.errors import ArtefactError

KEY = "sha256"
# Fields of ModelProto and StringStringEntryProto, each with the wire type of what has a length.
_METADATA, _KEY, _VALUE = bytes([14 << 3 | 2]), bytes([1 << 3 | 2]), bytes([2 << 3 | 2])
_DIGITS = 64


def _tail(digest: str) -> bytes:
    """The bytes of the entry: all lengths are below 128, so that each takes one."""
    entry = _KEY + bytes([len(KEY)]) + KEY.encode() + _VALUE + bytes([_DIGITS]) + digest.encode()
    return _METADATA + bytes([len(entry)]) + entry


def sealed(model: bytes) -> bytes:
    """The same model with the digest at its end.

    Example:
        >>> whole = sealed(b"a model")
        >>> check_seal(whole, "model.onnx")
        >>> check_seal(whole[:-1], "model.onnx")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ArtefactError: model.onnx does not end as a model of this package: ...
    """
    return model + _tail(hashlib.sha256(model).hexdigest())


def check_seal(content: bytes, where: object) -> None:
    """Compare the digest at the end with the rest.

    Args:
        content: of the file.
        where: it is, for messages.

    Raises:
        ArtefactError: if the digest is not there (another model, or a truncated one), or not that of the rest.
    """
    size = len(_tail("0" * _DIGITS))
    model, tail = content[:-size], content[-size:]
    if tail[:-_DIGITS] != _tail("0" * _DIGITS)[:-_DIGITS]:
        raise ArtefactError(
            f"{where} does not end as a model of this package: it is truncated, altered, or another program's; "
            "copy or export it again"
        )
    if tail != _tail(hashlib.sha256(model).hexdigest()):
        raise ArtefactError(f"{where} does not match its checksum: it was altered after writing; export it again")
