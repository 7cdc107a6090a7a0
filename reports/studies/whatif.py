"""What-ifs as a page: what was changed, what is certain, then the figures side by side.

Belongs here: the order and words of the sections. Does not belong here: solving and differences
(solver.studies), the JSON document (whatif_json).
"""

from typing import Any

from reports.numbers import money_column, percent_up
from reports.studies.side_by_side import NOTHING, Figures, side_by_side
from reports.studies.wording import (
    certain,
    changes_in_words,
    keeping_costs,
    without_plan,
)
from reports.tables import Column as TableColumn
from reports.tables import Row
from reports.text.page import (
    Page,
    Section,
    clean,
    facts,
    heading,
    note,
    points,
    sentence,
    table,
)
from solver.plan import Term
from solver.studies.compare import Column, Comparison
from solver.studies.interval import Verdict
from solver.studies.variants import ValueChange

MOST_VALUES = 8
"""Changed values of a case that the page lists; all are in the JSON document."""
LONGEST_VALUE = 60


def render_comparison(found: Comparison) -> Page:
    """The page of a comparison."""
    title = clean(found.base.variant.case.problem.title or "What if")
    shown = _with_plans(found)
    sections: list[Section] = [
        (heading(f"What if: {title}"), facts([_legend(each) for each in found.columns])),
        _verdicts(found),
        _costs(found),
    ]
    if any(column.plan for column in found.columns):
        sections += [_bill(shown), _units(shown), _cards(shown), _energy(shown)]
        sections += [_orders(found, column) for column in found.columns[1:]]
        sections.append((_verified(found),))
    return Page(tuple(sections))


def _with_plans(found: Comparison) -> Comparison:
    """Without the cases that have no figures to show."""
    others = (column for column in found.columns[1:] if column.plan)
    return Comparison((found.base, *others))


def _legend(column: Column) -> tuple[str, str]:
    changes = [*(f"scenario {name}" for name in column.variant.scenarios)]
    changes += [_value_change(each) for each in column.variant.changes[:MOST_VALUES]]
    if len(column.variant.changes) > MOST_VALUES:
        changes.append(f"and {len(column.variant.changes) - MOST_VALUES} more values")
    words = "; ".join(clean(each) for each in changes)
    if not words:
        words = "changes nothing" if column.variant.name != "base" else "the problem as it stands"
    if column.same_as and column.variant.changes:
        words += f" (no difference to the mathematics of {column.same_as})"
    return clean(column.name), words


def _value_change(change: ValueChange) -> str:
    if change.after is None:
        return f"without {change.path} ({_value(change.before)})"
    if change.before is None:
        return f"{change.path} = {_value(change.after)}"
    return f"{change.path}: {_value(change.before)} -> {_value(change.after)}"


def _value(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _verdicts(found: Comparison) -> Section:
    """What is certain of every case, in sentences."""
    currency = found.base.variant.case.instance.currency
    told = []
    for column in found.columns:
        name = clean(column.name)
        if column.plan is None:
            told.append(f"{name}: {without_plan(column.answer)}.")
            continue
        difference = None if column is found.base else found.difference(column)
        words = [certain(difference, currency)] if difference else []
        if column.keeping:
            words.append(keeping_costs(column.keeping, currency))
        if words:
            told.append(f"{name}: {'; '.join(words)}.")
    parts: Section = (heading("Against the base"), points(told)) if told else ()
    if parts and any(_open(found, column) for column in found.columns[1:]):
        parts += (
            note(
                "Not distinguishable: the gaps of the searches are larger than the difference, so "
                "what differs below may be chance. A smaller --gap or a longer --time-limit tells "
                "more."
            ),
        )
    return parts


def _open(found: Comparison, column: Column) -> bool:
    difference = found.difference(column)
    return difference is not None and difference.verdict is Verdict.NOT_DISTINGUISHABLE


def _costs(found: Comparison) -> Section:
    """Total, bound, gap and status of every column."""
    amounts = [
        value
        for column in found.columns
        for value in (column.plan.objective if column.plan else None, column.bound)
        if value is not None
    ]
    texts, unit = money_column(amounts)
    written = iter(texts)
    rows = []
    for column in found.columns:
        plan = column.plan
        cost = next(written) if plan else NOTHING
        bound = next(written) if column.bound is not None else NOTHING
        gap = percent_up(plan.gap) if plan and plan.gap is not None else NOTHING
        rows.append(Row((column.name, cost, bound, gap, column.status.replace("_", " "))))
    suffix = f"\n({unit})" if unit else ""
    columns = [
        TableColumn("case", name=True),
        TableColumn(f"total cost{suffix}", right=True),
        TableColumn(f"no plan\nis cheaper than{suffix}", right=True),
        TableColumn("gap", right=True),
        TableColumn("status"),
    ]
    said = note(f"In {found.base.variant.case.instance.currency}, present value.")
    return heading("Total cost"), said, table(columns, rows)


def _names(found: Comparison) -> list[str]:
    return [column.name for column in found.columns]


def _bill(found: Comparison) -> Section:
    used = {term for column in found.columns for term in column.bill}
    terms = [str(term) for term in Term if str(term) in used]
    figures: list[Figures] = [
        {term.replace("_", " "): column.bill.get(term, (0.0, 0.0))[1] for term in terms}
        if column.plan
        else None
        for column in found.columns
    ]
    said = note(f"Present values in {found.base.variant.case.instance.currency}.")
    bill = side_by_side("term", _names(found), figures, total="total", money=True)
    return heading("The bill"), said, bill


def _units(found: Comparison) -> Section:
    figures: list[Figures] = [
        {_label(*key): value for key, value in column.units.items()} if column.plan else None
        for column in found.columns
    ]
    if not any(figures):
        return ()
    said = note("Units ordered over the whole horizon; a lease counts each time it is taken.")
    return heading("What to buy and lease"), said, side_by_side("offer", _names(found), figures)


def _label(offer: str, item: str) -> str:
    return offer if offer == item else f"{offer} ({item})"


def _cards(found: Comparison) -> Section:
    figures: list[Figures] = [
        {
            f"{card}{how}": value
            for card, values in column.cards.items()
            for how, value in zip(("", ", leased"), values, strict=True)
            if value
        }
        if column.plan
        else None
        for column in found.columns
    ]
    if not any(figures):
        return ()
    said = note("Cards bought, and the most leased at once.")
    return heading("Cards"), said, side_by_side("card type", _names(found), figures)


def _energy(found: Comparison) -> Section:
    figures: list[Figures] = [
        {
            f"{site}, {what}": value
            for site, (kwh, peak_kw) in column.energy.items()
            if kwh
            for what, value in (("MWh", round(kwh / 1000)), ("highest kW", round(peak_kw)))
        }
        if column.plan
        else None
        for column in found.columns
    ]
    if not any(figures):
        return ()
    return heading("Electricity"), side_by_side("site", _names(found), figures)


def _orders(found: Comparison, column: Column) -> Section:
    """What a case orders otherwise than the base, or otherwise than what it keeps to."""
    if column.plan is None:
        return ()
    kept = column.keeping
    if not kept and found.base.plan is None:
        return ()
    changed = kept.changes if kept else found.changes(column)
    other = f"those of {clean(kept.kept.origin)}" if kept else "the base's"
    parts: Section = (heading(f"Orders of {clean(column.name)} against {other}"),)
    if kept and kept.kept.gone:
        parts += (points(f"no longer offered: {clean(gone.sentence)}" for gone in kept.kept.gone),)
    return (*parts, points(changes_in_words(changed)) if changed else sentence("The same."))


def _verified(found: Comparison) -> Any:
    plans = sum(column.plan is not None for column in found.columns)
    return sentence(f"Verified: {'the plan' if plans == 1 else f'all {plans} plans'}.")
