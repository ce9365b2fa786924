from gnn2mlp.explore.sentences import describe_code
from gnn2mlp.explore.typical import Feature

NAN = float("nan")


def test_a_code_without_nodes_says_so() -> None:
    assert describe_code(3, 0, "pages", None, NAN, NAN, NAN, [], [], -1, NAN) == "Code 3 is not used: it has no pages."


def test_what_is_not_known_is_left_out() -> None:
    assert describe_code(3, 9, "pages", None, NAN, NAN, NAN, [], [], -1, NAN) == "Code 3 is: 9 pages."


def test_links_are_few_or_many_beside_those_of_all() -> None:
    def said(degree: float) -> str:
        return describe_code(3, 9, "pages", "tv", 1, degree, 6, [], [], -1, NAN)

    assert said(4) == "Code 3 is: 9 pages, 100% tv, with few links (median 4, of all 6)."
    assert said(9) == "Code 3 is: 9 pages, 100% tv, with many links (median 9, of all 6)."
    assert said(6) == "Code 3 is: 9 pages, 100% tv."


def test_numbers_are_traits_and_words_are_words() -> None:
    typical = [Feature("show", lift=3), Feature("likes", shift=-1), Feature("age", shift=1)]
    said = describe_code(3, 9, "pages", None, NAN, NAN, NAN, typical, ["BBC"], 7, 0.001)
    assert said == (
        "Code 3 is: 9 pages with low likes and high age; words: show (3.0×); pages: BBC; the student confuses it with "
        "code 7 (under 1% of its pages)."
    )
