from gnn2mlp.encoders.raw import Raw


def test_numbers_stay_as_they_are() -> None:
    assert Raw().fit([0, 1]).transform([0, 1, 2, 0.5, True]).tolist() == [[0], [1], [2], [0.5], [1]]
