"""Tables that fit: what goes first, what folds, and what is never cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reports.tables import Column, Kind, Row, Table, folded
from tests.reports.printing import printed

NAMES = st.text("abcdefgh-_/.0123456789 贵州", min_size=1, max_size=60).map(str.strip)
COLUMNS = (
    Column("period", sparse=True),
    Column("site", name=True),
    Column("vendor", name=True, spare=2, said=True),
    Column("off", right=True, spare=1),
    Column("amount", right=True),
)
ROWS = (
    Row(("2023-Q1", "guizhou", "inspur", "4 %", "1,000,000")),
    Row(("2023-Q1", "shanghai", "dell", "", "250")),
    Row(("total", "", "", "", "1,000,250"), Kind.TOTAL),
)


def test_a_table_with_room_shows_everything() -> None:
    """Two blanks between columns, figures to the right, a rule before the total."""
    assert printed(Table(COLUMNS, ROWS)).split("\n") == [
        "period   site      vendor  off     amount",
        "─────────────────────────────────────────",
        "2023-Q1  guizhou   inspur  4 %  1,000,000",
        "         shanghai  dell               250",
        "─────────────────────────────────────────",
        "total                           1,000,250",
        "",
    ]


def test_what_is_said_elsewhere_goes_first() -> None:
    """One column short of its width a table leaves out what stands elsewhere, without a word."""
    text = printed(Table(COLUMNS, ROWS), 40)
    assert text.split("\n")[0] == "period   site      off     amount"
    assert "wider" not in text


def test_blanks_go_before_columns_that_would_be_missed() -> None:
    """Columns move together before one is left out that stands nowhere else."""
    text = printed(Table(COLUMNS, ROWS), 32)
    assert text.split("\n")[0] == "period  site     off    amount"
    assert "wider" not in text


def test_spare_columns_go_by_their_rank_and_a_note_says_so() -> None:
    """The highest rank goes first; what is missed is named below the table."""
    columns = (*COLUMNS, Column("cards", spare=3), Column("hosts", spare=4))
    rows = tuple(Row((*row.cells, "1", "2"), row.kind) for row in ROWS)
    text = printed(Table(columns, rows), 36)
    assert text.split("\n")[0] == "period  site     off    amount cards"
    assert "A wider terminal also shows: hosts." in text


def test_names_fold_before_figures_are_cut() -> None:
    """A name takes further lines; the amount stands whole on the first."""
    rows = (Row(("2023-Q1", "a-very-long-name-of-a-site", "", "", "1,000,000")),)
    lines = printed(Table(COLUMNS, rows), 26).split("\n")
    assert lines[2].endswith("1,000,000")
    assert lines[3].strip()


def test_what_fits_in_no_way_is_listed_row_by_row() -> None:
    """At the narrowest widths each cell has a line of its own, and none is lost."""
    text = printed(Table(COLUMNS, ROWS), 14)
    assert "amount:" in text
    for row in ROWS:
        for cell in row.cells:
            assert cell in text.replace("\n", " ")


def test_a_sparse_value_is_repeated_when_the_one_before_it_changes() -> None:
    """Proves that blanks mean `as above`. Sensitivity: if only the column itself were looked at,
    the second job's run 1 would be blank and seem to belong to no run.
    """
    columns = (Column("job", sparse=True), Column("run", sparse=True), Column("cards"))
    rows = (Row(("a", "1", "8")), Row(("b", "1", "16")), Row(("b", "1", "32")))
    lines = printed(Table(columns, rows)).split("\n")
    assert [line.split() for line in lines[2:5]] == [["a", "1", "8"], ["b", "1", "16"], ["32"]]


def test_a_grid_is_cut_into_blocks_with_its_first_column() -> None:
    """Columns that belong together stay together when they fit; rows without figures go."""
    columns = (
        Column("period"),
        *(Column(f"type{n}", right=True, group="type") for n in range(3)),
        *(Column(f"site{n}", right=True, group="site") for n in range(2)),
    )
    rows = (Row(("2023", "1", "2", "3", "", "")), Row(("2024", "1", "2", "3", "4", "5")))
    lines = printed(Table(columns, rows, grid=True), 36).split("\n")
    assert lines[0].split() == ["period", "type0", "type1", "type2"]
    assert lines[4] == ""
    assert lines[5].split() == ["period", "site0", "site1"]
    assert lines[7:] == ["2024        4      5", ""]


def test_rules_are_ascii_where_the_output_is() -> None:
    """A file that takes only ASCII gets hyphens instead of failing."""

    class Ascii:
        encoding = "ascii"

        def __init__(self) -> None:
            self.text = ""

        def write(self, text: str) -> None:
            self.text += text.encode("ascii").decode()

        def flush(self) -> None:
            """Nothing is buffered."""

    from rich.console import Console

    file = Ascii()
    Console(file=file, width=60).print(Table(COLUMNS, ROWS))  # type: ignore[arg-type]
    assert "\n-----" in file.text


@pytest.mark.parametrize("width", [6, 10, 20])
@given(name=NAMES)
def test_folded_names_fit_and_lose_only_their_middle(width: int, name: str) -> None:
    """No line is wider than asked, there are at most three, and without `…` nothing is lost."""
    lines = folded(name, width)
    assert len(lines) <= 3
    assert all(cell_len(line) <= width for line in lines)
    joined = "".join(lines).replace(" ", "")
    if "…" in joined:
        first, last = joined.split("…")
        squeezed = name.replace(" ", "")
        assert squeezed.startswith(first)
        assert squeezed.endswith(last)
        assert first
        assert last
    else:
        assert joined == name.replace(" ", "")


@given(
    names=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4),
    amount=st.integers(10**6, 10**12),
    width=st.integers(16, 140),
)
def test_no_line_is_too_wide_and_no_figure_is_cut(
    names: list[tuple[str, str]], amount: int, width: int
) -> None:
    """Whatever the names and the width, amounts stand whole on a line of their table."""
    rows = tuple(Row(("2023-Q1", a, b, "4 %", f"{amount:,}")) for a, b in names)
    lines = printed(Table(COLUMNS, rows), width).split("\n")
    assert all(cell_len(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in lines)
    whole = sum(f"{amount:,}" in line for line in lines)
    assert whole == len(rows) or width < len(f"amount: {amount:,}")
