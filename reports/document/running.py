"""What runs where: demand against capacity, training runs, power.

Belongs here: the sections on workloads and electricity. Does not belong here: joining intervals
(reports.running, reports.course), orders, money.
"""

from functools import partial

from reports.charts import course as charts
from reports.course import Load
from reports.document.parts import (
    Block,
    Cell,
    Chart,
    Paragraph,
    Section,
    Table,
    clean,
    columns,
    plain,
)
from reports.document.source import Source, total
from reports.figures import energy_by_site
from reports.running import reservation_stretches, training_runs
from solver.instance.model import Occurrence

MOST_CHARTS = 9
"""Small charts side by side; of more services the largest are drawn, of more sites the fullest."""
BLANK = Cell("")


def demand(source: Source) -> Section | None:
    """Demand against capacity, workload by workload."""
    text = source.text
    blocks: list[Block] = []
    several = len(source.plan.intervals) > 1
    if several and source.course.held_cards:
        title = text("Cards held by workload, and cards that work")
        blocks.append(Chart(title, partial(charts.cards_held, source.course, source.language)))
    blocks += _services(source)
    blocks += _training(source)
    blocks += _reservations(source)
    if not blocks:
        return None
    return Section("demand", text("Demand against capacity"), tuple(blocks), memo=False)


def _services(source: Source) -> list[Block]:
    text, loads = source.text, source.course.service_loads
    if not loads:
        return []
    largest = sorted(loads, key=lambda key: -max(load.cards for load in loads[key]))
    blocks: list[Block] = []
    several = len(source.plan.intervals) > 1
    if several:
        for key in largest[:MOST_CHARTS]:
            draw = partial(charts.service_load, source.course, source.language, key)
            blocks.append(
                Chart(text("{service}: requests per second", service=clean(key)), draw, small=True)
            )
        if len(loads) > MOST_CHARTS:
            count = source.language.count(MOST_CHARTS)
            said = text("Drawn are the {count} services that hold most cards.", count=count)
            blocks.append(Paragraph(said, note=True))
    heads = columns(
        text("service"),
        text("tightest in"),
        text("demand, requests/s"),
        text("capacity, requests/s"),
        text("used"),
        text("cards then"),
        text("cards at most"),
        right=(2, 3, 4, 5, 6),
        spare=(1, 5, 6),
    )
    rows = [_service_row(source, key, loads[key]) for key in loads]
    if not several:
        # There is only one time to be tightest in.
        heads, rows = (heads[0], *heads[2:6]), [(row[0], *row[2:6]) for row in rows]
    said = text(
        "Demand is the peak, its peak factor included; capacity is what the replicas serve of the "
        "same mix of requests."
    )
    table = Table(text("Services where they are tightest"), heads, tuple(rows))
    return [*blocks, Paragraph(said, note=True), table]


def _service_row(source: Source, key: str, loads: list[Load]) -> tuple[Cell, ...]:
    def used(load: Load) -> float:
        return load.demand / load.capacity if load.capacity else 0.0

    number = max(range(len(loads)), key=lambda n: (round(used(loads[n]), 9), loads[n].demand))
    tight = loads[number]
    return (
        plain(key),
        _interval(source, number),
        source.figure(tight.demand),
        source.figure(tight.capacity),
        source.percent(used(tight), bar=True),
        source.number(tight.cards),
        source.number(max(load.cards for load in loads)),
    )


def _interval(source: Source, number: int) -> Cell:
    interval = source.plan.intervals[number]
    first, last = source.language.span(interval.start, interval.end)
    said = first if first == last else source.text("{first} to {last}", first=first, last=last)
    return Cell(said, interval.start.isoformat())


def _training(source: Source) -> list[Block]:
    """Every run with its window and the day on which it is done."""
    text, runs = source.text, training_runs(source.plan)
    if not runs:
        return []
    occurrences = {(o.job, o.number): o for o in source.instance.occurrences}
    heads = columns(
        text("job"),
        text("run"),
        text("from"),
        text("done by"),
        text("deadline"),
        text("pool"),
        text("cards"),
        text("days"),
        text("work, PFLOP/s-days"),
        right=(6, 7, 8),
        spare=(1, 2, 7, 8),
    )
    rows = []
    for run in runs:
        number = f"{run.first}" if run.first == run.last else f"{run.first}-{run.last}"
        window = occurrences[run.job, run.last]
        for part in run.stretches:
            start, end = source.language.span(part.start, part.end)
            if run.first < run.last:
                start, end = source.language.span(run.start, run.end)
            cells = (
                plain(run.job),
                Cell(number, float(run.first)),
                Cell(start, run.start.isoformat()),
                Cell(end, run.end.isoformat()),
                _deadline(source, window),
                plain(part.pool),
                source.number(part.cards),
                source.figure(part.days),
                source.figure(_work(source, run.job, run.first, part.pool)),
            )
            rows.append(cells)
    said = text(
        "Successive runs with the same cards for as long stand in one line: days and work are "
        "those of each."
    )
    noted = [Paragraph(said, note=True)] if any(run.first < run.last for run in runs) else []
    return [*noted, Table(text("Training runs"), heads, tuple(rows))]


def _deadline(source: Source, occurrence: Occurrence) -> Cell:
    last = source.plan.intervals[occurrence.last - 1]
    return Cell(source.language.span(last.start, last.end)[1], last.end.isoformat())


def _work(source: Source, job: str, occurrence: int, pool: str) -> float:
    return total(
        row.work_done
        for row in source.plan.training
        if (row.job, row.occurrence, row.pool) == (job, occurrence, pool)
    )


def _reservations(source: Source) -> list[Block]:
    held = reservation_stretches(source.plan)
    if not held:
        return []
    text = source.text
    heads = columns(
        text("reservation"), text("from"), text("to"), text("pool"), text("cards"), right=(4,)
    )
    rows = []
    for name, stretches in held:
        for part in stretches:
            start, end = source.language.span(part.start, part.end)
            days = (Cell(start, part.start.isoformat()), Cell(end, part.end.isoformat()))
            rows.append((plain(name), *days, plain(part.pool), source.number(part.cards)))
    return [Table(text("Reservations"), heads, tuple(rows), aside=len(rows) > 12)]


def power(source: Source) -> Section | None:
    """Power against its cap at every site, and electricity."""
    text, language = source.text, source.language
    sites = [site for site in energy_by_site(source.plan) if site.kwh > 0]
    drawn = [key for key, draw in source.course.draws.items() if any(draw.load_kw)]
    if not drawn:
        return None
    blocks: list[Block] = []
    if len(source.plan.intervals) > 1:
        shown = sorted(drawn, key=lambda key: -_highest_share(source, key)[0])[:MOST_CHARTS]
        for key in shown:
            draw = partial(charts.site_power, source.course, language, key)
            blocks.append(Chart(text("{site}: power, kW", site=clean(key)), draw, small=True))
        if len(shown) < len(drawn):
            count = language.count(len(shown))
            said = text("Drawn are the {count} sites that come closest to their caps.", count=count)
            blocks.append(Paragraph(said, note=True))
    heads = columns(
        text("site"),
        text("energy, MWh"),
        text("cost, {currency}", currency=source.currency),
        text("highest draw, kW"),
        text("when"),
        text("installed load, highest share of cap"),
        text("when"),
        text("cap then, kW"),
        right=(1, 2, 3, 5, 7),
        spare=(1, 3, 4, 6),
    )
    rows = []
    for site in sites:
        cells = (
            plain(site.site),
            source.figure(site.kwh / 1000),
            source.amount(site.cost),
            source.figure(site.peak_kw),
            source.period(site.peak_period),
            *_closest(source, site.site),
        )
        rows.append(cells)
    if rows:
        last: tuple[Cell, ...] = ()
        if len(rows) > 1:
            energy = source.figure(total(site.kwh for site in sites) / 1000)
            cost = source.amount(total(site.cost for site in sites))
            last = (Cell(text("total")), energy, cost, *(BLANK for _ in range(5)))
        blocks.append(Table(text("Electricity and power by site"), heads, tuple(rows), last))
    said = text(
        "At the meter, PUE included. The cap limits all that is installed at its load power; the "
        "draw is what is busy. Cost is that of the energy, without demand charge."
    )
    return Section(
        "power", text("Power against its cap"), (*blocks, Paragraph(said, note=True)), memo=False
    )


def _closest(source: Source, key: str) -> tuple[Cell, Cell, Cell]:
    """Where the installed load comes closest to the cap of a site."""
    caps = source.instance.site[key].power_cap_kw
    if caps is None:
        return Cell(source.text("no cap")), BLANK, BLANK
    share, number = _highest_share(source, key)
    period = source.instance.periods[source.instance.intervals[number].period].label
    return source.percent(share, bar=True), source.period(period), source.figure(caps[number])


def _highest_share(source: Source, key: str) -> tuple[float, int]:
    """The highest share of its cap that the load of a site takes, and the interval; of a site
    without a cap none.
    """
    site = source.instance.site[key]
    caps, load = site.power_cap_kw, source.course.draws[key].load_kw
    if caps is None:
        return 0.0, 0
    shares = [kw * site.pue / cap if cap else 0.0 for kw, cap in zip(load, caps, strict=True)]
    number = max(range(len(shares)), key=lambda n: shares[n])
    return shares[number], number
