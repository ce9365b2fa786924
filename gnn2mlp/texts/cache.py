"""What encoders made of texts, kept by the digests of both, so that no text is read by a language model twice."""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.environment import cpu_threads, usable_threads
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import check_writable, user_path
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.text import packed, unpacked
from gnn2mlp.knowledge.store import REMEDY, default_root
from gnn2mlp.nn.csr import Features
from gnn2mlp.texts._base import TextEncoder, as_texts
from gnn2mlp.texts._digest import text_digest
from gnn2mlp.texts.side_by_side import SideBySide, joined

_KIND = "texts"
# Texts of a file, which is what is made anew after a kill.
SHARD = 256


def encode_cached(
    encoder: TextEncoder, texts: Sequence[str], folder: Path | None = None, progress: Progress = silent
) -> Features:
    """What `encoder.encode` gives of the texts; rows of a costly encoder are kept in files, and read where they are.

    Files hold rows and digests, and no text; each is written in one step with its checksum. After a kill, what was
    finished is there. A damaged file is removed, and its texts are encoded again. Equal texts are encoded once. All
    cores are used, since a text that is kept is read once.

    Args:
        encoder: fitted, where it has to be.
        texts: any, in any order.
        folder: of the files; default: `texts` in the cache of the run, `$GNN2MLP_CACHE` or the user's cache folder.
        progress: told after each file how many of the texts have their row.

    Returns:
        Float32 (texts, width), dense where the encoder is costly.

    Raises:
        ArtefactError: if the folder cannot be written.

    Example:
        >>> from gnn2mlp.texts import Hashed
        >>> encode_cached(Hashed(width=8), ["a text"]).shape  # which is not costly
        (1, 8)
    """
    if isinstance(encoder, SideBySide):
        return joined([encode_cached(part, texts, folder, progress) for part in encoder.parts])
    listed = as_texts(texts, encoder.name)
    if not encoder.costly or not listed:
        return encoder.encode(listed)
    place = (folder or default_root() / "texts") / digest_json(encoder.fingerprint())
    digests = [text_digest(text) for text in listed]
    wanted = dict(zip(digests, listed, strict=True))
    found = _read(user_path(place), wanted)
    missing = sorted((text for digest, text in wanted.items() if digest not in found), key=len)
    if missing:
        check_writable(place, f"it is the cache of encoded texts: {REMEDY}")
    with cpu_threads(usable_threads()):
        for start in range(0, len(missing), SHARD):
            progress(len(found), len(wanted), f"texts by {encoder.name}")
            found |= _written(encoder, missing[start : start + SHARD], place)
    progress(len(wanted), len(wanted), f"texts by {encoder.name}")
    return torch.stack([found[digest] for digest in digests])


def cached_files(texts: Collection[str], folder: Path | None = None) -> list[Path]:
    """Files that hold a row of one of the texts, whichever encoder made it: they are what to delete to forget these.

    Args:
        texts: any.
        folder: as in `encode_cached`.
    """
    if not texts:
        return []
    digests = {text_digest(text) for text in texts}
    root = user_path(folder or default_root() / "texts")
    return [path for path in sorted(root.glob("*/*.safetensors")) if _holds(path, digests)]


def _holds(path: Path, digests: set[str]) -> bool:
    """Whether a file holds one of the digests; of a damaged one nobody knows, and it is of no use."""
    try:
        arrays, _ = artefact.load(path, _KIND)
    except ArtefactError:
        return True
    return not digests.isdisjoint(unpacked(arrays["digests"]))


def _written(encoder: TextEncoder, texts: list[str], place: Path) -> dict[str, Tensor]:
    """Rows of texts by digest, which lie in a file now."""
    rows = encoder.encode(texts)
    assert isinstance(rows, Tensor), "rows of costly encoders are dense"
    digests = [text_digest(text) for text in texts]
    arrays = {"rows": rows.contiguous(), "digests": packed(digests)}
    artefact.save(place / f"{digest_json(digests)}.safetensors", _KIND, arrays, {"encoder": encoder.name})
    return dict(zip(digests, rows, strict=True))


def _read(place: Path, wanted: Mapping[str, str]) -> dict[str, Tensor]:
    """Rows of the wanted digests that lie in files."""
    found: dict[str, Tensor] = {}
    for path in sorted(place.glob("*.safetensors")):
        try:
            arrays, _ = artefact.load(path, _KIND)
        except ArtefactError:
            with contextlib.suppress(OSError):  # of a folder that is only read
                path.unlink()
            continue
        for digest, row in zip(unpacked(arrays["digests"]), arrays["rows"], strict=True):
            if digest in wanted:
                found[digest] = row
    return found
