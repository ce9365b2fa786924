from gnn2mlp.deploy.markdown import bullets, code, table, text


def test_text_has_no_meaning_to_markdown() -> None:
    assert text("a|b\n*c* <script> & `d` [e](f)") == r"a\|b \*c\* &lt;script&gt; &amp; \`d\` \[e\](f)"


def test_code_holds_backticks_and_bars() -> None:
    assert code("a|b") == r"`a\|b`"
    assert code("`x`") == "`` `x` ``"
    assert code("a``b") == "```a``b```"
    assert code("") == ""


def test_columns_that_are_empty_are_left_out() -> None:
    assert table(("a", "b", "c"), [("1", "", "x"), ("2", "", "")]) == ("| a | c |\n| --- | --- |\n| 1 | x |\n| 2 |  |")


def test_bullets() -> None:
    assert bullets(["a", "b"]) == "- a\n- b"
