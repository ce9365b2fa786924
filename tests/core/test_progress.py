from gnn2mlp.core.progress import Progress, silent


def test_silent_takes_what_any_listener_takes(capfd) -> None:
    listener: Progress = silent
    listener(1, 3)
    listener(done=2, total=3, note="valid 0.812")
    assert capfd.readouterr() == ("", "")
