import hashlib

import pytest
import torch

from gnn2mlp.core import digest


def test_digest_bytes_is_the_start_of_sha256() -> None:
    assert digest.digest_bytes(b"abc") == "ba7816bf8f01cfea"  # FIPS 180-4, first example


def test_digest_json_ignores_the_order_of_keys_only() -> None:
    assert digest.digest_json({"a": 1, "b": [1, 2]}) == digest.digest_json({"b": [1, 2], "a": 1})
    assert digest.digest_json({"a": [1, 2]}) != digest.digest_json({"a": [2, 1]})
    assert digest.digest_json({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()[:16]


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (torch.tensor([1, 258], dtype=torch.int16), b"\x01\x00\x02\x01"),
        (torch.tensor(1.0), b"\x00\x00\x80\x3f"),
        (torch.tensor([1.0], dtype=torch.bfloat16), b"\x80\x3f"),
        (torch.tensor([True, False]), b"\x01\x00"),
        (torch.tensor([[1, 2], [3, 4]], dtype=torch.uint8).T, b"\x01\x03\x02\x04"),
        (torch.zeros(0, 5), b""),
    ],
)
def test_tensor_bytes(tensor: torch.Tensor, expected: bytes) -> None:
    assert bytes(digest.tensor_bytes(tensor)) == expected


def test_one_element_of_a_column_has_its_own_bytes() -> None:
    one = torch.arange(8).reshape(4, 2)[1:2, 1]
    assert one.stride() == (2,)
    assert bytes(digest.tensor_bytes(one)) == bytes(digest.tensor_bytes(torch.tensor([3])))


def test_tensor_bytes_copies_nothing() -> None:
    tensor = torch.zeros(3, dtype=torch.uint8)
    view = digest.tensor_bytes(tensor)
    tensor[1] = 9
    assert bytes(view) == b"\x00\x09\x00"


def test_digest_tensors_depends_on_names_types_shapes_and_values_not_on_order() -> None:
    a, b = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    reference = digest.digest_tensors({"a": a, "b": b})
    assert digest.digest_tensors({"b": b, "a": a}) == reference
    others = [
        {"a": b, "b": a},
        {"a": a, "c": b},
        {"a": a.double(), "b": b},
        {"a": a[:, None], "b": b},
        {"a": a + 1, "b": b},
        {"a": a},
    ]
    assert reference not in {digest.digest_tensors(other) for other in others}
