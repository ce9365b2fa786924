from matplotlib.figure import Figure

from gnn2mlp.report.cell import Drawn, Table, cell
from gnn2mlp.report.grids import Grid

GRID = Grid("Accuracy <%>", ["Nodes", "Student"], [["test", "81.2 ± 1.0"]])


def drawn() -> Drawn:
    figure = Figure()
    figure.subplots().plot([0, 1], [0, 1])
    return Drawn(figure, "A line", "It goes up.")


def test_says_sentence_tables_figures_and_lines_in_this_order() -> None:
    html = cell("The student keeps up.", ["It rests on this."], [GRID], [drawn()], [GRID], "Again")
    places = [html.index(part) for part in ("keeps up.", "<table>", "<svg", "rests on this.", "<summary>Again")]
    assert places == sorted(places)
    assert html.count("<table>") == 2


def test_what_is_not_there_leaves_no_trace() -> None:
    html = cell("Nothing more.", tables=[GRID._replace(rows=[])])
    assert not [part for part in ("<table", "<figure", "<details", "<p>") if part in html]


def test_names_are_escaped_and_the_spread_recedes() -> None:
    html = cell("<b>", tables=[GRID])
    assert "&lt;b&gt;" in html
    assert "Accuracy &lt;%&gt;" in html
    assert '81.2 <span class="std">± 1.0</span>' in html


def test_columns_of_text_are_told_apart() -> None:
    html = cell(tables=[Table("", ["#", "Name", "Score"], [["1", "gcn", "0.5"]], left=(1,))])
    assert '<td class="text">gcn</td><td>0.5</td>' in html
    assert "<caption>" not in html


def test_two_cells_of_a_notebook_share_no_id_and_equal_ones_are_equal() -> None:
    one, two = (cell(text, plots=[drawn()]) for text in ("One.", "Two."))
    ids = [{part.split('"')[0] for part in html.split(' id="')[1:]} for html in (one, two)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert one == cell("One.", plots=[drawn()])


def test_the_style_touches_nothing_outside_of_the_cell() -> None:
    style = cell("x").split("<style>")[1].split("</style>")[0]
    selectors = [one for rule in style.split("}") if "{" in rule for one in rule.split("{")[0].split(",")]
    assert len(selectors) > 10
    assert not [one for one in selectors if ".gnn2mlp-cell" not in one]
