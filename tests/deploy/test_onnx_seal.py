import hashlib
import random

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy.onnx_seal import KEY, check_seal, sealed

MODEL = random.Random(0).randbytes(300)


def test_the_digest_is_an_entry_of_the_models_metadata() -> None:
    onnx = pytest.importorskip("onnx")
    graph = onnx.helper.make_graph([], "nothing", [], [])
    model = onnx.helper.make_model(graph)
    onnx.helper.set_model_props(model, {"author": "a person"})
    content = model.SerializeToString()
    read = {entry.key: entry.value for entry in onnx.load_from_string(sealed(content)).metadata_props}
    assert read == {"author": "a person", KEY: hashlib.sha256(content).hexdigest()}


def test_every_changed_byte_and_every_missing_one_is_noticed() -> None:
    whole = sealed(MODEL)
    check_seal(whole, "it")
    for place in range(len(whole)):
        with pytest.raises(ArtefactError, match="it does not"):
            check_seal(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :], "it")
        with pytest.raises(ArtefactError, match="it does not end as a model of this package"):
            check_seal(whole[:place], "it")
        with pytest.raises(ArtefactError, match="it does not"):
            check_seal(whole[:place] + b"x" + whole[place:], "it")


def test_what_was_appended_is_noticed() -> None:
    """Readers of protocol buffers would take the last word."""
    for more in (b"x", sealed(MODEL), MODEL):
        with pytest.raises(ArtefactError, match="it does not"):
            check_seal(sealed(MODEL) + more, "it")


@pytest.mark.parametrize("content", [b"", b"PK", MODEL])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(ArtefactError, match="it is truncated, altered, or another program's; copy or export it again"):
        check_seal(content, "it")
