"""Mixes: which cards a plan gets from whom, where and when, and how far two plans are apart.

Belongs here: counting cards by card type, vendor, site and period, the distance of plans, and the
aim of being far from others. Does not belong here: whole studies (alternatives).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from solver.formulation import Model
from solver.formulation.model import Terms
from solver.formulation.purchases import units_of
from solver.instance.model import Instance, Option
from solver.studies.extension import Extension, total

type Cell = tuple[str, ...]
"""Card type, vendor, site, period, or the first of them."""
type Mix = Mapping[Cell, float]
"""Cards by cell of all four."""
type Units = Mapping[str, float]
"""Units by option key."""

OUTWEIGHS = 10.0
"""A tenth of a measure outweighs all money between the cheapest plan and the limit. On the roll-out
of the library weights of 3 and 10 found more within the same time than 100 did."""


class Level(StrEnum):
    """What two plans can differ in; each level counts what differs in it or one before."""

    CARD_TYPE = "card_type"
    VENDOR = "vendor"
    SITE = "site"
    PERIOD = "period"

    @property
    def depth(self) -> int:
        """How many parts of a cell it looks at."""
        return list(Level).index(self) + 1


def cell_of(instance: Instance, option: Option) -> Cell | None:
    """Where the cards of an option count; None for hosts. Buying and leasing differ as vendors."""
    card = instance.item[option.item].card
    if card is None:
        return None
    vendor = instance.offer[option.offer].vendor + (", leased" if option.until else "")
    return (card, vendor, option.site, instance.periods[option.period].label)


def cards_per_unit(instance: Instance, option: Option) -> float:
    """Cards of one unit; of a lease only by the share of the horizon that it lasts, so that a card
    leased again every month counts as one.
    """
    cards = float(instance.item[option.item].cards)
    if not option.until:
        return cards
    hours = sum(hours for _, hours in option.lease_hours)
    return cards * min(1.0, hours / 24 / instance.days)


def mix_of(instance: Instance, units: Units) -> dict[Cell, float]:
    """The cards of a plan by cell."""
    mix: dict[Cell, float] = defaultdict(float)
    for key, count in units.items():
        option = instance.option[key]
        cell = cell_of(instance, option)
        if cell is not None and count:
            mix[cell] += count * cards_per_unit(instance, option)
    return dict(mix)


def at_level(mix: Mix, level: Level) -> dict[Cell, float]:
    """A mix with only the parts of its cells that a level looks at.

    >>> at_level({("a", "v", "x", "1"): 2.0, ("a", "v", "y", "1"): 3.0}, Level.VENDOR)
    {('a', 'v'): 5.0}
    """
    sums: dict[Cell, float] = defaultdict(float)
    for cell, cards in mix.items():
        sums[cell[: level.depth]] += cards
    return dict(sums)


def moved(before: Mix, after: Mix, level: Level) -> float:
    """The share of the cards of one mix that another does not have in the same cells of a level:
    1 - sum over cells of min(before, after) / sum of before. 0 where there are no cards.

    >>> moved({("a", "v", "x", "1"): 4.0}, {("a", "v", "x", "1"): 1.0}, Level.PERIOD)
    0.75
    """
    old, new = at_level(before, level), at_level(after, level)
    cards = sum(old.values())
    if not cards:
        return 0.0
    return max(0.0, 1.0 - sum(min(n, new.get(cell, 0.0)) for cell, n in old.items()) / cards)


def distance(before: Mix, after: Mix) -> float:
    """How far two mixes are apart, 0 to 1: the mean over the levels of the share that is moved.

    Another card type counts on all four levels, another quarter on the last alone.

    >>> one = {("a", "v", "x", "1"): 4.0}
    >>> distance(one, {("a", "v", "x", "2"): 4.0}), distance(one, {("b", "v", "x", "1"): 4.0})
    (0.25, 1.0)
    """
    return sum(moved(before, after, level) for level in Level) / len(Level)


@dataclass(frozen=True)
class FarFrom:
    """The aim of being far from several mixes: the nearest of them as far away as can be.

    For each mix P with cells c, where x_c are the cards of the plan sought: overlap o_c >=
    min(x_c, P_c), by a binary b_c: o_c >= P_c·b_c and o_c >= x_c - (U_c - P_c)·b_c, where U_c is
    the most cards that the bounds on orders allow. Minimised is the largest over the mixes of the
    mean over the levels of sum(o_c) / sum(P_c), which is 1 - distance.
    """

    mixes: Sequence[Mix]

    @property
    def words(self) -> str:
        """What is asked for."""
        return "as different as can be from the plans before"

    def weight(self, room: float) -> float:
        """A tenth of the cards outweighs the room."""
        return OUTWEIGHS * room

    def terms(self, extension: Extension) -> Terms:
        """The largest overlap, 0 to 1."""
        overlaps = [
            self._overlap(extension, number, mix)
            for number, mix in enumerate(self.mixes)
            if any(mix.values())
        ]
        if not overlaps:
            return []
        largest = extension.column(
            ("overlap",), 1.0, lambda values: max(total(terms, values) for terms in overlaps)
        )
        for number, terms in enumerate(overlaps):
            row = [(largest, 1.0), *((column, -share) for column, share in terms)]
            extension.at_least(("overlap", number), row, 0.0)
        return [(largest, 1.0)]

    def _overlap(self, extension: Extension, number: int, mix: Mix) -> Terms:
        cards = Cards(extension.model)
        found: Terms = []
        for level in Level:
            cells = at_level(mix, level)
            each = 1.0 / sum(cells.values()) / len(Level)
            for cell, before in sorted(cells.items()):
                terms, most = cards.of(cell)
                if terms:
                    column = _shared(extension, (number, *cell), terms, before, most)
                    found.append((column, each))
        return found


class Cards:
    """The cards of the plan sought, by cell of any level: terms, and the most there can be."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def of(self, cell: Cell) -> tuple[Terms, float]:
        """Terms of the cards in a cell, and their upper bound."""
        return self._found.get(cell, ([], 0.0))

    @cached_property
    def _found(self) -> dict[Cell, tuple[Terms, float]]:
        instance = self.model.instance
        terms: dict[Cell, Terms] = defaultdict(list)
        most: dict[Cell, dict[tuple[str, int], float]] = defaultdict(dict)
        for option in instance.options:
            cell = cell_of(instance, option)
            if cell is None:
                continue
            each = cards_per_unit(instance, option)
            # An offer's units of a period are bounded over all sites and terms together.
            order = (option.offer, option.period)
            upper = instance.offer[option.offer].max_units * each
            for level in Level:
                short = cell[: level.depth]
                terms[short] += [(column, each) for column, _ in units_of(self.model, option)]
                most[short][order] = max(most[short].get(order, 0.0), upper)
        return {cell: (found, sum(most[cell].values())) for cell, found in terms.items()}


def _shared(
    extension: Extension, index: tuple[str | int, ...], terms: Terms, before: float, most: float
) -> int:
    """The column of the cards that a cell shares with a mix; at least min(terms, before)."""

    def at(values: Mapping[int, float]) -> float:
        return min(before, total(terms, values))

    column = extension.column(("shared", *index), before, at)
    row: Terms = [(column, 1.0), *((c, -factor) for c, factor in terms)]
    if most > before:
        full = extension.column(
            ("full", *index),
            1.0,
            lambda values: float(total(terms, values) > before),
            integer=True,
        )
        extension.at_least(("shared", *index), [(column, 1.0), (full, -before)], 0.0)
        row.append((full, most - before))
    extension.at_least(("beyond", *index), row, 0.0)
    return column
