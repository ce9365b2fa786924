import itertools

import numpy as np

from gnn2mlp.nn.distinct import code_keys


def test_keys_are_equal_exactly_if_rows_are() -> None:
    rows = np.array(list(itertools.product(range(3), range(2), range(4))))
    keys = code_keys(np.concatenate([rows, rows]), [3, 2, 4])
    assert len(np.unique(keys)) == 24
    assert (keys[:24] == keys[24:]).all()


def test_what_is_no_value_is_one_to_all_and_no_value_of_the_field() -> None:
    keys = code_keys(np.array([[-1], [3], [99], [0], [2]]), [3])
    assert len({*keys[:3].tolist()}) == 1
    assert len({*keys.tolist()}) == 3


def test_rows_of_other_beginnings_differ() -> None:
    keys = code_keys(np.array([[1], [1], [0]]), [2], np.array([0, 1, 1]))
    assert len(set(keys.tolist())) == 3


def test_of_more_rows_than_a_number_can_tell_apart() -> None:
    random = np.random.default_rng(0)
    codes = random.integers(0, 2, (200, 5))
    wide = [2**40] * 5  # 200 bits together
    assert len(np.unique(code_keys(codes, wide))) == len(np.unique(codes, axis=0))
