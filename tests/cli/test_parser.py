import pytest

from gnn2mlp.cli import main


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--seed", "4"], "unknown option '--seed'; did you mean '--seeds'? ('gnn2mlp run --help' lists all)"),
        (["run", "--seed=4"], "unknown option '--seed'; did you mean '--seeds'?"),
        (["run", "--datset", "x"], "did you mean '--dataset'?"),
        (["distill", "k", "f", "--out", "o", "--seeds", "4"], "did you mean '--seed'?"),
        (["export", "folder", "--onnx", "--tol", "1"], "unknown option '--tol'; did you mean '--tolerance'?"),
        (["run", "cpf-cora"], "unexpected argument 'cpf-cora'; values come after the name of their option, as in --"),
        (["export", "--onnx", "a", "b"], "unexpected argument 'b'; values come after the name of their option\n"),
        (["rum"], "list, got 'rum'; did you mean 'run'?"),
        (["list", "teacher"], "got 'teacher'; did you mean 'teachers'?"),
    ],
)  # fmt: skip
def test_nothing_is_guessed_and_the_nearest_is_named(words, message: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as error:
        main(words)
    assert error.value.code == 2
    assert message in capsys.readouterr().err
