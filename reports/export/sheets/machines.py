"""The sheets of machines: fleet, utilisation, power against caps, electricity.

Belongs here: what stands where and what it draws. Does not belong here: orders, money.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import groupby

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from reports.export.sheets.book import Book, Cell, Column, Formula
from reports.export.worked import Worked
from reports.figures import card_of_item


def add_fleet(book: Book, worked: Worked) -> None:
    """What is installed on the first day of each period, and a chart of its cards by type."""
    sheet, plan = book.sheet("Fleet"), worked.plan
    columns = [
        Column(book.say("Period"), "text"),
        Column(book.say("Site"), "text"),
        Column(book.say("Item"), "text"),
        Column(book.say("Units"), "count"),
        Column(book.say("Cards"), "count"),
    ]
    rows = [(row.period, row.site, row.item, row.count, row.cards) for row in plan.fleet]
    book.table(sheet, 0, columns, rows, frozen=1)
    card_of = card_of_item(plan)
    cards: dict[tuple[str, str], float] = defaultdict(float)
    for row in plan.fleet:
        if row.cards:
            cards[row.period, card_of.get(row.item, row.item)] += row.cards
    add_by_period(book, sheet, worked, cards, book.say("Cards installed by period"), left=6)


def add_by_period(
    book: Book,
    sheet: Worksheet,
    worked: Worked,
    cards: dict[tuple[str, str], float],
    title: str,
    *,
    top: int = 0,
    left: int = 0,
    chart_at: tuple[int, int] | None = None,
    height: int = 320,
    summed: Collection[str] = (),
) -> None:
    """A table of cards by period and type with a chart of stacked columns, below it by default.

    The types in `summed` are added up: what is bought may be, what is installed or leased again
    may not.
    """
    types = sorted({kind for _, kind in cards})
    periods = [period.id for period in worked.plan.periods]
    columns = [
        Column(book.say("Period"), "text"),
        *(Column(kind, "count", total=kind in summed) for kind in types),
    ]
    rows: list[list[Cell]] = [
        [period, *(cards.get((period, kind), 0.0) for kind in types)] for period in periods
    ]
    added = [kind for kind in types if kind in summed]
    totals = [sum(cards.get((period, kind), 0.0) for period in periods) for kind in added]
    placed = book.table(sheet, top, columns, rows, left=left, totals=totals or None)
    if not types:
        return
    series = [(kind, f"={placed.range(number)}") for number, kind in enumerate(types, start=1)]
    axis = book.say("Cards")
    chart = book.chart("column", title, f"={placed.range(0)}", series, axis=axis)
    chart.set_size({"width": 720, "height": height})
    placed.sheet.insert_chart(*(chart_at or (placed.last + 2, left)), chart)


def add_utilisation(book: Book, worked: Worked) -> None:
    """The cards of every pool in every period, and the share of them that is held."""
    sheet = book.sheet("Utilisation")
    columns = [
        Column(book.say("Period"), "text"),
        Column(book.say("Pool"), "text"),
        Column(book.say("Installed cards"), "count"),
        Column(book.say("Working cards"), "count"),
        Column(book.say("Held cards, mean"), "count"),
        Column(book.say("Held cards, most"), "count"),
        Column(book.say("Utilisation"), "percent"),
    ]
    rows = []
    for at, use in enumerate(worked.uses, start=2):
        share = Formula(f"=IF(D{at}=0,0,E{at}/D{at})", use.fraction)
        cards = (use.installed, use.working, use.held, use.most_held)
        rows.append((use.period, use.pool, *cards, share))
    placed = book.table(sheet, 0, columns, rows, frozen=2)
    bar = {"type": "data_bar", "bar_solid": True, "bar_color": "#9DC3E6", "min_type": "num"}
    bar |= {"min_value": 0, "max_type": "num", "max_value": 1}
    sheet.conditional_format(placed.first, 6, placed.last, 6, bar)


def add_power(book: Book, worked: Worked) -> None:
    """Load against cap of every site in every period, with a chart for each site."""
    sheet = book.sheet("Power")
    columns = [
        Column(book.say("Site"), "text"),
        Column(book.say("Period"), "text"),
        Column(book.say("Installed load, PUE included (kW)"), "number"),
        Column(book.say("Power cap (kW)"), "number"),
        Column(book.say("Free (kW)"), "number"),
        Column(book.say("Highest draw (kW)"), "number"),
    ]
    rows: list[Sequence[Cell]] = []
    for at, each in enumerate(worked.power, start=2):
        free = None
        if each.cap_kw is not None:
            free = Formula(f"=D{at}-C{at}", each.cap_kw - each.load_kw)
        rows.append((each.site, each.period, each.load_kw, each.cap_kw, free, each.draw_kw))
    placed = book.table(sheet, 0, columns, rows, frozen=2)
    row = first = placed.first
    for number, (site, group) in enumerate(groupby(worked.power, key=lambda each: each.site)):
        count = len(list(group))
        periods, load, cap, draw = (
            f"={placed.cell(row, n)}:{placed.cell(row + count - 1, n).partition('!')[2]}"
            for n in (1, 2, 3, 5)
        )
        title = book.say("Power of {site}", site=site)
        names = [(book.say("Installed load"), load), (book.say("Highest draw"), draw)]
        chart = book.chart("column", title, periods, names, stacked=False, axis="kW")
        if rows[row - first][3] is not None:
            line = book.book.add_chart({"type": "line"})
            options = {"name": book.say("Power cap"), "categories": periods, "values": cap}
            line.add_series({**options, "line": {"color": "#C00000", "width": 2}})
            chart.combine(line)
        sheet.insert_chart(1 + 17 * number, 7, chart)
        row += count


def add_electricity(book: Book, worked: Worked) -> None:
    """Energy at the meter and its cost, by site and period."""
    sheet, energy = book.sheet("Electricity"), worked.plan.energy
    columns = [
        Column(book.say("Site"), "text"),
        Column(book.say("Period"), "text"),
        Column(book.say("Energy (kWh)"), "number", total=True),
        Column(book.say("Highest draw (kW)"), "number"),
        Column(book.say("Cost of the energy"), "money", total=True),
        Column(book.say("Price per kWh"), "price"),
    ]
    rows = []
    for at, row in enumerate(energy, start=2):
        price = Formula(f"=IF(C{at}=0,0,E{at}/C{at})", row.cost / row.kwh if row.kwh else 0.0)
        rows.append((row.site, row.period, row.kwh, row.peak_kw, row.cost, price))
    totals = (sum(row.kwh for row in energy), sum(row.cost for row in energy))
    book.table(sheet, 0, columns, rows, frozen=2, totals=totals)
