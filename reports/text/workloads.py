"""What runs where, and the cards there are for it.

Belongs here: the sections on training, serving, reservations and installed cards. Does not belong
here: joining rows by interval (running.py), orders, energy.
"""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType

from reports.figures import hosted_sites, working_fractions
from reports.numbers import bar, count, figure, first_and_last
from reports.running import (
    Installed,
    Mode,
    Run,
    ServiceCourse,
    ServiceState,
    Stretch,
    installed_over_time,
    reservation_stretches,
    service_courses,
    training_runs,
)
from reports.tables import Column, Row, Table
from reports.text.page import Section, clean, heading, in_words, note, sentence, table
from solver.plan import Plan

BAR = 20
"""Characters of the longest bar."""
MOST_STRETCHES = 12
"""Stretches of a reservation that are listed one by one."""
PEAK_RATE = "peak\nrequests/s"
"""The rate that capacity is bought for: demand times its peak factor."""


def training(plan: Plan) -> Section:
    """Where and when every training job runs, and with how many cards."""
    runs = training_runs(plan)
    if not runs:
        return ()
    parts: list[RenderableType] = [heading("Training")]
    if any(run.first < run.last for run in runs):
        parts.append(
            note(
                "Successive runs with the same cards for as long stand in one line: its dates are "
                "the start of the first and the end of the last, its days those of each."
            )
        )
    columns = (
        Column("job", name=True, sparse=True),
        Column("run", sparse=True),
        Column("from"),
        Column("to"),
        Column("pool", name=True),
        Column("cards", right=True),
        Column("days", right=True),
    )
    parts.append(table(columns, [row for run in runs for row in _run_rows(run)]))
    return tuple(parts)


def _run_rows(run: Run) -> Iterable[Row]:
    numbers = f"{run.first}" if run.first == run.last else f"{run.first}-{run.last}"
    for stretch in run.stretches:
        start, end = first_and_last(stretch.start, stretch.end)
        if run.first < run.last:
            start, end = first_and_last(run.start, run.end)
        figures = (count(stretch.cards), figure(stretch.days))
        yield Row((run.job, numbers, start, end, stretch.pool, *figures))


def serving(plan: Plan) -> Section:
    """What serves every service, by period at its peak."""
    courses = service_courses(plan)
    if not courses:
        return ()
    if all(len(course.states) == 1 for course in courses):
        return heading("Serving"), _steady_services(courses)
    said = (
        "At the interval of each period in which a service holds the most cards. "
        "Cells are replicas, each of the cards in the column's head."
    )
    if any(course.joined for course in courses):
        said += " Where one line stands for several periods, it shows the highest of them."
    parts: list[RenderableType] = [heading("Serving"), note(said)]
    for course in courses:
        parts += ["", _service_grid(course)]
    return tuple(parts)


def _steady_services(courses: Sequence[ServiceCourse]) -> Table:
    """Services that stay as they are, in one table."""
    columns = (
        Column("service", name=True, sparse=True),
        Column(PEAK_RATE, right=True, sparse=True),
        Column("configuration", name=True),
        Column("pool", name=True),
        Column("replicas", right=True),
        Column("of cards", right=True, spare=1, said=True),
        Column("cards", right=True),
    )
    rows = [
        Row(
            (
                course.service,
                figure(course.states[0].rate),
                mode.configuration,
                mode.pool,
                count(replicas),
                count(mode.cards),
                count(replicas * mode.cards),
            )
        )
        for course in courses
        for mode, replicas in course.states[0].replicas
    ]
    return table(columns, rows)


def _service_grid(course: ServiceCourse) -> Table:
    """Replicas of a service by period, one column for each configuration and pool."""
    columns = (
        Column(clean(course.service)),
        Column(PEAK_RATE, right=True),
        Column("cards", right=True),
        *(Column(_mode_title(mode), right=True) for mode in course.modes),
    )
    rows = [Row(_state_cells(course, state)) for state in course.states]
    return table(columns, rows, grid=True)


def _mode_title(mode: Mode) -> str:
    places = clean(mode.pool).replace("/", "\n")
    each = f"of {count(mode.cards)} card{'' if mode.cards == 1 else 's'}"
    return f"{clean(mode.configuration)}\n{each}\n{places}"


def _state_cells(course: ServiceCourse, state: ServiceState) -> tuple[str, ...]:
    replicas = dict(state.replicas)
    held = (count(replicas[mode]) if mode in replicas else "" for mode in course.modes)
    return _periods(state.first, state.last), figure(state.rate), count(state.cards), *held


def _periods(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def reservations(plan: Plan) -> Section:
    """What every reservation holds."""
    held = reservation_stretches(plan)
    if not held:
        return ()
    columns = (
        Column("reservation", name=True, sparse=True),
        Column("from", sparse=True),
        Column("to", sparse=True),
        Column("pool", name=True),
        Column("cards", right=True),
    )
    rows = [row for name, stretches in held for row in _reserved(name, stretches)]
    parts: list[RenderableType] = [heading("Reservations")]
    if any(len(stretches) > MOST_STRETCHES for _, stretches in held):
        parts.append(note("Where cards move often between pools, the most in each is shown."))
    return (*parts, table(columns, rows))


def _reserved(name: str, stretches: Sequence[Stretch]) -> Iterable[Row]:
    """One line for each stretch; of many, one for each pool with the most it holds."""
    if len(stretches) <= MOST_STRETCHES:
        for stretch in stretches:
            days = first_and_last(stretch.start, stretch.end)
            yield Row((name, *days, stretch.pool, count(stretch.cards)))
        return
    for pool in sorted({stretch.pool for stretch in stretches}):
        inside = [stretch for stretch in stretches if stretch.pool == pool]
        days = first_and_last(inside[0].start, max(stretch.end for stretch in inside))
        most = count(max(stretch.cards for stretch in inside))
        yield Row((name, *days, pool, f"up to {most}"))


def cards(plan: Plan) -> Section:
    """Installed cards by type and by site over time."""
    course = installed_over_time(plan)
    types = list(dict.fromkeys(card for step in course for card in step.by_card))
    sites = list(dict.fromkeys(site for step in course for site in step.by_site))
    if not types:
        return ()
    if len(course) == len(types) == len(sites) == 1:
        where = f"{count(course[0].cards)} {clean(types[0])} at {clean(sites[0])}, throughout."
        return heading("Cards installed"), sentence(where), *_working(plan)
    top = max(step.cards for step in course)
    columns = [Column("period"), Column("cards", right=True, group="type")]
    columns += [Column(clean(card), right=True, group="type") for card in types if len(types) > 1]
    columns += [
        Column(f"at {clean(site)}", right=True, group="site") for site in sites if len(sites) > 1
    ]
    drawn = len(course) > 1 and len(columns) == 2
    columns += [Column("")] if drawn else []

    def row(step: Installed) -> Row:
        by_card = [_if_any(step.by_card.get(card)) for card in types if len(types) > 1]
        by_site = [_if_any(step.by_site.get(site)) for site in sites if len(sites) > 1]
        bars = [bar(step.cards, top, BAR)] if drawn else []
        label = _periods(step.first, step.last)
        return Row((label, count(step.cards), *by_card, *by_site, *bars))

    what = f"Cards installed: {clean(types[0])}" if len(types) == 1 else "Cards installed"
    place = f" at {clean(sites[0])}" if len(sites) == 1 else ""
    said = note("Owned, bought and leased, on the first day of each period.")
    drawing = table(columns, [row(step) for step in course], grid=True)
    return heading(what + place), said, drawing, *_working(plan)


def _working(plan: Plan) -> Section:
    """How many of the installed cards work, so that they can be set against those held."""
    stated = working_fractions(plan)
    if stated is None or stated == (0.0, 1.0):
        return ()
    spares, availability = stated
    cause = [f"{_exact(spares)} spares"] if spares else []
    cause += [f"{_exact(availability)} availability"] if availability < 1 else []
    at_home = _exact((1 - spares) * availability)
    hosted = hosted_sites(plan)
    leased_home = any(row.lease and row.site not in hosted for row in plan.purchases)
    whose = "owned, bought and leased cards at sites" if leased_home else "owned and bought cards"
    if spares and hosted:
        works = f"{at_home} of {whose} work, {_exact(availability)} of leased ones hosted by "
        works += "their vendors"
    else:
        works = f"{at_home} of the cards work"
    return (note(f"{in_words(cause)}: {works}."),)


def _exact(fraction: float) -> str:
    return f"{figure(100 * fraction)} %"


def _if_any(number: float | None) -> str:
    return count(number) if number else ""
