import numpy as np
import pytest

from gnn2mlp.deploy.onnx_columns import add_columns
from gnn2mlp.deploy.onnx_encoders.texts import forms
from gnn2mlp.encoders import TableEncoder
from tests.deploy.onnx_encoders.check import check, encoded
from tests.deploy.test_onnx_parts import ran

pytest.importorskip("onnx")

AWKWARD = [
    "A red house, a RED door -- don't, it's the dog's state-of-the-art_x e-mail",
    "Grüße aus KÖLN: Straße, ÜBER, STRASSE 12 3 42nd x_y _ __ a1",
    "😀smile 😀 x😀yz ½½ ²³ ⅷⅧ ªº",
    "日本語 東京 大阪、名古屋 हिन्दी ไทย 你好世界 Привет МИР",
    "",
    " \t\n\r ",
    "tab\tnew\nline\r\x00null\x00 zero\u200bwidth soft\u00adhyphen nb\u00a0sp",
    "x" * 100_000 + " " + "long " * 5_000,
    "ΟΔΟΣ οδος İstanbul ISPARTA ǅ ß ẞ ﬁ",
    "café cafe\u0301 CAFÉ CAFE\u0301",
    "\ud7ff\ue000\U0010ffff",
]
FIT = {"name": "text", "least": 1}


def test_awkward_texts_are_read_as_in_python() -> None:
    encoder = check({"text": AWKWARD}, {"text": [None, "red", *AWKWARD[::-1]]}, {"text": [""]}, text=FIT, atol=1e-6)
    assert {"köln", "don", "long", "東京", "42nd", "i̇stanbul"} <= set(encoder.columns[0].encoder.words_)


def test_the_file_alone_lowers_letters_of_every_script() -> None:
    """Without `OnnxPredictor`, which lowers texts first."""
    encoder = TableEncoder({"text": FIT}).fit({"text": [*AWKWARD, "été"]})
    found = add_columns(encoder)
    found.part.output("features", found.features, np.float32, encoder.num_features)
    texts = [[text] for text in (*AWKWARD, "ÉTÉ Été éTé KÖLN kÖLN ПРИВЕТ Привет ΟΔΟΣ")]
    made = ran(found.part.model(), text=np.array(texts, dtype=object))["features"]
    expected = encoded(encoder, {"text": [text for (text,) in texts]})
    np.testing.assert_allclose(made[:, np.argsort(found.order)], expected, atol=1e-6)


def test_it_starts_without_any_locale_but_c() -> None:
    part = add_columns(TableEncoder({"text": FIT}).fit({"text": AWKWARD})).part
    (lower,) = (node for node in part.nodes if node.op_type == "StringNormalizer")
    assert {attribute.name: attribute.s for attribute in lower.attribute}["locale"] == b"C"


def test_words_with_many_letters_beyond_ascii_are_written_in_three_ways() -> None:
    assert len(list(forms("привет"))) == 2**6
    assert list(forms("здравствуйте")) == ["здравствуйте", "Здравствуйте", "ЗДРАВСТВУЙТЕ"]
    assert list(forms("i̇zmir")) == ["i̇zmir", "\u0130zmir"]
    assert list(forms("ß")) == ["ß"]
    assert "ΟΔΟΣ" in list(forms("οδος"))


def test_a_row_is_answered_alike_in_any_company() -> None:
    check({"text": ["red house", "x", "blue blue house", "", "a"]}, {"text": ["", ""]}, text=FIT)
