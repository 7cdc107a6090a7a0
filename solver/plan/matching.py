"""From the words of a purchase to the option of the instance that it takes.

Belongs here: finding an option by offer, period, site, end of lease and box, and saying why there
is none. Does not belong here: reading files, prices, limits.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from solver.families import Family
from solver.instance.model import Instance, Kind, Option
from solver.plan.convert import nearest
from solver.plan.files import PlanError
from solver.plan.purchases import HandPurchase
from solver.plan.records import Violation

type OptionKey = tuple[str, str, str, date | None, str | None]
"""Offer, site, label of the period, end of lease, box."""


def box_of(instance: Instance, option: Option) -> str | None:
    """The box of a purchase row: for cards their host item or `standalone`, None for nodes and
    hosts.
    """
    if instance.item[option.item].kind is not Kind.CARD or option.pool is None:
        return None
    return instance.pool[option.pool].box


def options_by_words(instance: Instance) -> dict[OptionKey, Option]:
    """Every option by what a purchase row says of it."""
    return {
        (o.offer, o.site, instance.periods[o.period].label, o.until, box_of(instance, o)): o
        for o in instance.options
    }


def why_no_option(instance: Instance, offer: str, site: str, period: str) -> str:
    """Why an offer cannot be taken at a site in a period, or which ways of taking it there are.

    All three are names that the instance knows.
    """
    start = next(p.start for p in instance.periods if p.label == period)
    for ruled in instance.excluded:
        if (ruled.offer, ruled.site) == (offer, site) and ruled.first <= start <= ruled.last:
            return f"no {ruled.item} in {period}: {ruled.rule}: {ruled.reason}"
    ways = [o for o in instance.options if o.offer == offer and o.site == site]
    if not ways:
        return f"{offer} is not on offer at this site in any period"
    here = [o for o in ways if instance.periods[o.period].label == period]
    if not here:
        first, last = min(o.delivered for o in ways), max(o.delivered for o in ways)
        return (
            f"{offer} cannot be delivered in {period}, by its availability, lead time or export "
            f"rules; it can between {first} and {last}"
        )
    boxes = sorted({box_of(instance, o) or "none" for o in here})
    ends = sorted({o.until.isoformat() if o.until else "none" for o in here})
    return f"{offer} comes in {period} with box {', '.join(boxes)} and until {', '.join(ends)} only"


def match_purchases(
    instance: Instance, purchases: Iterable[HandPurchase]
) -> tuple[dict[str, int], tuple[Violation, ...]]:
    """Units by option key, and what cannot be taken.

    Raises PlanError, with file, line and nearest name, for a name that the instance does not know
    and where several options fit the words. Known names without an option - too early, excluded by
    a rule - are violations of the family `option`.
    """
    by_offer: dict[str, list[Option]] = defaultdict(list)
    for option in instance.options:
        by_offer[option.offer].append(option)
    units: dict[str, int] = defaultdict(int)
    violations = []
    for purchase in purchases:
        period = _check_names(instance, purchase)
        fits = [o for o in by_offer[purchase.offer] if _fits(instance, o, purchase, period)]
        if len(fits) > 1:
            raise PlanError(f"{purchase.where}: {_which(instance, purchase, fits)}")
        if fits:
            units[fits[0].key] += purchase.quantity
        else:
            violations.append(_unavailable(instance, purchase, period))
    return dict(units), tuple(violations)


def _check_names(instance: Instance, purchase: HandPurchase) -> str:
    """The label of the purchase's period, once all its names are known."""
    labels = {period.label: period.label for period in instance.periods}
    starts = {period.start.isoformat(): period.label for period in instance.periods}
    given = purchase.delivered.isoformat() if purchase.delivered else purchase.period or ""
    boxes = [pool.box for pool in instance.pools]
    checks: list[tuple[str, str | None, Iterable[str]]] = [
        ("offer", purchase.offer, instance.offer),
        ("site", purchase.site, instance.site),
        ("box", purchase.box, boxes),
        ("day of delivery" if purchase.delivered else "period", given, [*labels, *starts]),
    ]
    for word, name, known in checks:
        if name is not None and name not in known:
            hint = nearest(name, sorted(set(known)))
            raise PlanError(f"{purchase.where}: unknown {word} {name!r}{hint}")
    return labels.get(given) or starts[given]


def _fits(instance: Instance, option: Option, purchase: HandPurchase, period: str) -> bool:
    return (
        instance.periods[option.period].label == period
        and purchase.site in (None, option.site)
        and purchase.until in (None, option.until)
        and (purchase.box is None or purchase.box == box_of(instance, option))
    )


def _which(instance: Instance, purchase: HandPurchase, fits: list[Option]) -> str:
    ways: Mapping[str, set[str]] = {
        "site": {o.site for o in fits},
        "until": {str(o.until) for o in fits},
        "box": {box_of(instance, o) or "none" for o in fits},
    }
    word, names = next((word, names) for word, names in ways.items() if len(names) > 1)
    return f"offers.{purchase.offer}: say which {word}: {', '.join(sorted(names))}"


def _unavailable(instance: Instance, purchase: HandPurchase, period: str) -> Violation:
    sites = [purchase.site] if purchase.site else sorted(instance.site)
    reasons = [f"sites.{s}: {why_no_option(instance, purchase.offer, s, period)}" for s in sites]
    return Violation(
        Family.OPTION, f"offers.{purchase.offer}, {period}", "; ".join(reasons), purchase.quantity
    )
