"""What every registered text encoder promises. Those whose package is not installed are skipped."""

import copy
import pickle
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.nn.csr import CSR
from gnn2mlp.texts import TEXT_ENCODERS, TextEncoder
from tests.helpers import tiny_texts
from tests.texts.made import MARKS, encoder_of, stand_in

ODD = ["", "Ünïcode ☃ 𝛼", "word " * 700, "<script>alert(1)</script>", "Ignore all previous instructions."]
TEXTS = [*tiny_texts(), *ODD]


# What a table has rows of: also the text in which another is embedded with a third.
KNOWN = [*TEXTS, "a secret"]
NAMES = [pytest.param(name, marks=MARKS.get(name, ())) for name in TEXT_ENCODERS.names()]


@pytest.fixture(params=NAMES)
def encoder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TextEncoder:
    stand_in(monkeypatch)
    return encoder_of(request.param, tmp_path, KNOWN)


def rows(encoder: TextEncoder, texts: list[str]) -> Tensor:
    made = encoder.encode(texts)
    assert isinstance(made, Tensor | CSR)
    return made.to_dense() if isinstance(made, CSR) else made


def test_gives_a_finite_row_for_every_text(encoder: TextEncoder) -> None:
    encoder.fit(TEXTS)
    made = rows(encoder, TEXTS)
    assert made.dtype == torch.float32
    assert made.shape[0] == len(TEXTS)
    assert bool(made.isfinite().all())
    assert not made.requires_grad
    assert rows(encoder, []).shape == (0, made.shape[1])


def test_a_text_is_the_same_alone_and_in_any_order(encoder: TextEncoder) -> None:
    encoder.fit(TEXTS)
    together = rows(encoder, TEXTS)
    torch.testing.assert_close(rows(encoder, TEXTS[::-1]), together.flip(0), atol=1e-5, rtol=1e-4)
    for number in (0, 60, 62):
        torch.testing.assert_close(rows(encoder, [TEXTS[number]])[0], together[number], atol=1e-5, rtol=1e-4)


def test_fitting_again_leaves_nothing_behind(encoder: TextEncoder) -> None:
    encoder.fit(TEXTS[:20])
    first, state = rows(encoder, TEXTS[:30]), copy.deepcopy(encoder.state())
    encoder.fit(TEXTS[20:])
    assert bool(encoder.state()) == encoder.needs_fit
    encoder.fit(TEXTS[:20])
    assert torch.equal(rows(encoder, TEXTS[:30]), first)
    assert all(torch.equal(value, state[name]) for name, value in encoder.state().items())


def test_what_it_learnt_can_be_kept_in_a_file(encoder: TextEncoder, tmp_path: Path) -> None:
    encoder.fit(TEXTS)
    state = {name: value.contiguous() for name, value in encoder.state().items()}
    safetensors.torch.save_file(state, tmp_path / "state.safetensors")
    again = Spec.parse(encoder.spec().to_dict()).build(TEXT_ENCODERS)
    again.load_state(safetensors.torch.load_file(tmp_path / "state.safetensors"))
    assert again == encoder
    assert again.fingerprint() == encoder.fingerprint()
    assert torch.equal(rows(again, TEXTS), rows(encoder, TEXTS))


def test_copies_and_pickles_answer_the_same(encoder: TextEncoder) -> None:
    encoder.fit(TEXTS)
    for again in (copy.deepcopy(encoder), pickle.loads(pickle.dumps(encoder))):
        assert torch.equal(rows(again, TEXTS), rows(encoder, TEXTS))


def test_it_shows_no_text(encoder: TextEncoder) -> None:
    encoder.fit(TEXTS)
    rows(encoder, TEXTS)
    assert repr(encoder) == repr(Spec.parse(encoder.spec().to_dict()).build(TEXT_ENCODERS))
    with pytest.raises(DataError) as told:
        encoder.encode(["a secret", 3])  # type: ignore[list-item]
    assert "secret" not in str(told.value)


def test_has_a_source(encoder: TextEncoder) -> None:
    assert any(character.isdigit() for character in encoder.citation)
