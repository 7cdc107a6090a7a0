"""Alternatives as a page: what else could be bought, what it costs more and how it differs.

Belongs here: the order and words of the sections, names of plan files. Does not belong here:
finding the plans (solver.studies), the JSON document (documents).
"""

import re

from reports.numbers import count, figure, money_column, money_in_words, percent, percent_up
from reports.studies.side_by_side import side_by_side
from reports.tables import Column, Kind, Row
from reports.text.page import Page, Section, clean, facts, heading, note, points, sentence, table
from solver.studies.alternatives import NO_DIFFERENCE, Alternative, Alternatives, Exhausted
from solver.studies.mixes import Level, at_level

LEAST = "least possible"
"""The line of what is proven of a measure."""
LEVELS = {
    Level.CARD_TYPE: "another\ncard type",
    Level.VENDOR: "or\nvendor",
    Level.SITE: "or\nsite",
    Level.PERIOD: "or\ntime",
}


def file_name(number: int, plan: Alternative) -> str:
    """The name of a plan's file.

    >>> from types import SimpleNamespace
    >>> file_name(2, SimpleNamespace(names=("least spending before 2024-07-01", "different")))
    'plan-2-least-spending-before-2024-07-01.json'
    """
    return f"plan-{number}-{re.sub(r'[^a-z0-9]+', '-', plan.names[0])}.json"


def render_alternatives(found: Alternatives) -> Page:
    """The page of alternatives; there is at least the cheapest plan."""
    title = clean(found.case.problem.title or "Alternatives")
    return Page(
        (
            (heading(f"Alternatives: {title}"), sentence(_summary(found))),
            _legend(found),
            _costs(found),
            _differences(found),
            _measures(found),
            _cards(found),
            _remarks(found),
        )
    )


def _summary(found: Alternatives) -> str:
    cheapest, currency = found.plans[0].plan, found.case.instance.currency
    plans = len(found.plans)
    many = "One plan was" if plans == 1 else f"{count(plans)} plans were"
    text = f"{many} found that cost at most {money_in_words(found.ceiling.limit, currency)}, "
    text += f"{percent(found.within)} more than the cheapest plan found"
    if cheapest.gap is None:
        return f"{text}; how much cheaper a plan could be is not known."
    return f"{text}, which is proven within {percent_up(cheapest.gap)} of the cheapest there is."


def _label(found: Alternatives, plan: Alternative) -> str:
    return f"{found.plans.index(plan) + 1}"


def _legend(found: Alternatives) -> Section:
    """What each plan stands for."""
    rows = []
    for each in found.plans:
        names = [n if n != "different" else "as different as could be found" for n in each.names]
        rows.append((_label(found, each), ", ".join(names)))
    return (facts(rows),)


def _costs(found: Alternatives) -> Section:
    """What every plan costs, and what it costs more than the cheapest."""
    cheapest = found.plans[0].plan.objective
    costs = [each.plan.objective for each in found.plans]
    extra = [found.extra_cost(each) for each in found.plans]
    texts, unit = money_column([*costs, *extra])
    rows = [
        Row(
            (
                _label(found, each),
                texts[number],
                "" if not number else _signed(texts[len(costs) + number], extra[number]),
                ""
                if not number or not cheapest
                else _signed(percent(extra[number] / abs(cheapest)), extra[number]),
                percent(found.apart(each)) if number else "",
            )
        )
        for number, each in enumerate(found.plans)
    ]
    title = f"total cost\n({unit})" if unit else "total cost"
    columns = [
        Column("plan"),
        Column(title, right=True),
        Column("more than\nplan 1", right=True),
        Column("of its\ncost", right=True),
        Column("differs\nby", right=True),
    ]
    said = f"In {found.case.instance.currency}, present value. Plans differ by the mean of the "
    said += "four shares below."
    if min(extra) < 0:
        said += " A plan may turn out cheaper than plan 1: the search for that one stopped at its "
        said += "gap."
    return heading("Cost"), note(said), table(columns, rows)


def _signed(text: str, value: float) -> str:
    return f"+{text}" if value > 0 else text


def _differences(found: Alternatives) -> Section:
    """Which share of the cheapest plan's cards every plan gets otherwise."""
    if len(found.plans) < 2:
        return ()
    columns = [Column("plan"), *(Column(title, right=True) for title in LEVELS.values())]
    rows = [
        Row((_label(found, each), *(percent(found.moved(each)[str(level)]) for level in LEVELS)))
        for each in found.plans[1:]
    ]
    said = note(
        "Of plan 1's cards, the share that is of another type in this plan; of another type or "
        "vendor; ... Leased cards count by the share of the horizon that they are leased."
    )
    return heading("How they differ from plan 1"), said, table(columns, rows)


def _measures(found: Alternatives) -> Section:
    """Every plan by every aim, and what is proven of the least that could be."""
    currency = found.case.instance.currency
    columns = [Column("plan", name=True)]
    cells = [[_label(found, each)] for each in found.plans]
    least = [LEAST]
    for aim in found.aims:
        floor = found.floors.get(aim.words)
        values = [each.measures[aim.words] for each in found.plans]
        values += [] if floor is None else [floor]
        if aim.unit == "money":
            texts, unit = money_column(values)
            day = aim.words.rpartition(" ")[2]
            title = f"spent before\n{day}, {unit or currency}"
        else:
            texts = [count(v) if aim.counts else figure(v) for v in values]
            title = aim.unit.replace(" ", "\n", 1)
        columns.append(Column(title, right=True))
        for line, text in zip(cells, texts, strict=False):
            line.append(text)
        least.append("" if floor is None else texts[-1])
    rows = [Row(tuple(line)) for line in cells]
    said = "Vendors include those of fabrics; kW are of all that is installed on own sites, PUE "
    said += "included; spending is of orders delivered before the day, fabrics apart."
    if any(least[1:]):
        rows.append(Row(tuple(least), Kind.TOTAL))
        said += " No plan at this cost has less than the last line: that much is proven."
    return heading("By other measures"), note(said), table(columns, rows)


def _cards(found: Alternatives) -> Section:
    """Cards by type and vendor, plan beside plan."""
    figures = [
        {
            ", ".join(cell): round(cards, 1)
            for cell, cards in at_level(each.mix, Level.VENDOR).items()
        }
        for each in found.plans
    ]
    if not any(figures):
        return ()
    names = [f"plan {_label(found, each)}" for each in found.plans]
    said = note("Leased cards count by the share of the horizon that they are leased.")
    return (
        heading("Cards by type and vendor"),
        said,
        side_by_side("cards", names, figures, changes=False),
    )


def _remarks(found: Alternatives) -> Section:
    """Why there are not more, and that each was verified."""
    told = [clean(each) for each in found.missing]
    if found.exhausted is Exhausted.PROVEN and found.furthest is not None:
        told.append(
            f"proven: no further plan within {percent(found.within)} differs from those before by "
            f"more than {percent_up(found.furthest)}"
        )
    elif found.exhausted is Exhausted.NOT_FOUND:
        told.append(
            f"no further plan that differs by {percent(NO_DIFFERENCE)} was found in the time "
            "allowed; a longer --time-limit may find one"
        )
    if found.stopped:
        told.append("stopped by hand: not everything was searched for")
    number = len(found.plans)
    verified = sentence("Verified: the plan." if number == 1 else f"Verified: all {number} plans.")
    return (points(told), verified) if told else (verified,)
