from tests.explore.test_book import _book


def test_a_sentence_names_words_nodes_and_traits() -> None:
    said = _book().describe(2, noun="pages")
    assert said.startswith("Code 2 is: 2 pages, 100% a; words: show (")
    assert said.endswith("; pages: soap, film.")
    assert _book().describe(1) == "Code 1 is not used: it has no nodes."
