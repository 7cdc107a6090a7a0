"""What stands at a time, as one whole number: units bought so far, whenever and from whomever.

Belongs here: the cumulative columns that stand in for sums of deliveries in the rows of capacity,
slots, power, racks and fabrics, and those sums where a program has no such columns. Engines branch
on "how many by then" far better than on "how many just then", and the rows are short. Does not
belong here: the rows that use them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from solver.families import Family
from solver.formulation.model import Index, Model, Terms
from solver.formulation.purchases import units_of
from solver.instance.model import Option

STANDING = "standing"
"""Units bought by the end of a period, cumulative: (site, item, pool, bay, period)."""


def add_standing(model: Model) -> None:
    """Units that are alike and never given back: N[g,p] = N[g,p-1] + sum of q over the period.

    Alike are units of one item in one pool or bay, of whatever offer. A kind that can be delivered
    in one way only needs no column of its own.
    """
    ways: dict[Index, list[Option]] = defaultdict(list)
    for option in model.instance.options:
        if stays(model, option):
            ways[alike(option)].append(option)
    for group, options in sorted(ways.items()):
        if len(options) > 1:
            _add_group(model, group, options)


def _add_group(model: Model, group: Index, options: list[Option]) -> None:
    by_period: dict[int, list[Option]] = defaultdict(list)
    for option in options:
        by_period[option.period].append(option)
    before: int | None = None
    most = 0.0
    for period in range(min(by_period), len(model.instance.periods)):
        delivered = by_period.get(period, [])
        terms = [term for option in delivered for term in units_of(model, option)]
        most += sum(model.columns[column].upper for column, _ in terms)
        index = (*group, period)
        if not terms and before is not None:
            model.alias(STANDING, index, before)
            continue
        column = model.column(STANDING, index, most, integer=True)
        row = [(column, 1.0), *((c, -value) for c, value in terms)]
        if before is not None:
            row.append((before, -1.0))
        model.equal(Family.FLEET, index, ("offers",), row, 0)
        before = column


def alike(option: Option) -> Index:
    """What units must have in common to be counted together."""
    return (option.site, option.item, option.pool or "", option.bay or "")


def stays(model: Model, option: Option) -> bool:
    """Whether what is bought stands from the first day of its period to the end."""
    intervals = model.instance.intervals
    opens = option.first == 0 or intervals[option.first - 1].period < option.period
    return option.until is None and opens and option.last == len(intervals)


def in_use(
    model: Model, weight: Callable[[Option], float], options: Iterable[Option] | None = None
) -> dict[int, Terms]:
    """Units of options, all or some, by the intervals they are in use, weighted.

    ``weight`` must be the same for all that is alike; where it is 0 there is no term.
    """
    terms: dict[int, Terms] = defaultdict(list)
    columns, seen = model.of(STANDING), set()
    last = len(model.instance.periods) - 1
    for option in model.instance.options if options is None else options:
        each = weight(option)
        if not each:
            continue
        group = alike(option)
        if (*group, last) not in columns or not stays(model, option):
            mine = [(column, each) for column, _ in units_of(model, option)]
            for interval in range(option.first, option.last):
                terms[interval] += mine
        elif group not in seen:
            seen.add(group)
            for when in model.instance.intervals:
                if (column := columns.get((*group, when.period))) is not None:
                    terms[when.index].append((column, each))
    return terms
