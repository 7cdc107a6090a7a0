"""Sentences about single findings: a step's worth, a rule's cost, an absent card, a range.

Belongs here: their words, which claim no more than is proven. Does not belong here: the order of a
page (feasible.py).
"""

import re
from collections.abc import Iterator

from reports.numbers import count, money_in_words, percent
from reports.studies.wording import certain
from reports.text.page import clean
from solver.case import Case
from solver.explain.asking import Outcome, Reply
from solver.explain.entering import NEARLY_FREE, Absent, Reason
from solver.explain.ranges import FARTHEST, Range, Side
from solver.explain.slack import Reached
from solver.instance.model import Exclusion
from solver.studies.interval import Difference, Verdict

ALIKE = re.compile(r"\(([^ ]+ %) to \1\)")
"""Two shares that look the same."""
LONGEST = 40
"""A figure of the file is quoted where it is no longer than this."""
ALMOST = 1e-6
UNKNOWN = "not found out in time"
AWAY = {
    Reason.EXCLUDED: "kept out",
    Reason.NOT_IN_TIME: "by availability and lead time nothing of it can be delivered",
    Reason.NO_USE: (
        "no workload can run on it: no throughput is known for it, its memory is too small, or its "
        "place is not among theirs"
    ),
}


def saving_in_words(reply: Reply, currency: str) -> str:
    """What a step saves, as a sentence without its full stop."""
    return _without_plan(reply) or _saving(reply.difference, currency)


def cost_in_words(reply: Reply, currency: str) -> str:
    """What that costs which a change lifts, to stand after a colon."""
    words = saving_in_words(reply, currency)
    if reply.outcome is not Outcome.ANSWERED or words == UNKNOWN:
        return words
    for saved, cost in (
        ("saves ", ""),
        ("worth nothing", "nothing"),
        ("worth ", ""),
    ):
        if words.startswith(saved):
            return cost + words.removeprefix(saved)
    return f"lifted, the plan is {words}"


def _without_plan(reply: Reply) -> str:
    if reply.outcome is Outcome.ANSWERED:
        return ""
    return {
        Outcome.INFEASIBLE: "then there is no plan",
        Outcome.NO_PLAN_FOUND: "no plan was found in time",
        Outcome.REFUSED: f"cannot be asked: {clean(reply.why)}",
        Outcome.NOT_ASKED: "not asked: no time was left",
    }[reply.outcome]


def _saving(found: Difference | None, currency: str) -> str:
    """What a change saves, claiming no more than is certain.

    >>> from solver.studies.interval import Difference
    >>> _saving(Difference(plans=-3.0, low=-4.0, high=-2.0, scale=100.0), "CNY")
    'saves 2 to 4 CNY (2 % to 4 %)'
    >>> _saving(Difference(plans=0.0, low=-4.0, high=0.0, scale=100.0), "CNY")
    'worth at most 4 CNY (4 %), if anything: the gaps hide it'
    >>> _saving(Difference(plans=0.0, low=None, high=0.0, scale=100.0), "CNY")
    'not found out in time'
    """
    slight = 0.0 if found is None else ALMOST * abs(found.scale)
    if found is None or (
        found.low is None and (found.high is None or -slight <= found.high <= slight)
    ):
        return UNKNOWN
    if found.verdict is Verdict.SAME:
        return "worth nothing: the cheapest plan costs the same"
    if found.verdict is Verdict.CHEAPER:
        words = certain(found, currency).replace("cheaper by ", "saves ", 1)
        return ALIKE.sub(r"(\1)", words)
    if found.verdict is Verdict.DEARER:
        return certain(found, currency)
    if found.low is not None and found.high is not None and found.high <= slight:
        share = f" ({percent(abs(found.low / found.scale))})" if found.scale else ""
        most = money_in_words(-found.low, currency)
        return f"worth at most {most}{share}, if anything: the gaps hide it"
    return certain(found, currency)


def reached_in_words(case: Case, reached: Reached) -> str:
    """How and when a limit is reached."""
    how = "used up" if reached.tight else "used up to less than one unit"
    labels = [case.instance.periods[period].label for period in reached.periods]
    if not labels or len(labels) == len(case.instance.periods):
        return how
    return f"{how} in {', '.join(_runs(reached.periods, labels))}"


def _runs(periods: tuple[int, ...], labels: list[str]) -> Iterator[str]:
    """Labels of periods that follow one another, from the first to the last.

    >>> list(_runs((0, 1, 2, 5), ["a", "b", "c", "f"]))
    ['a to c', 'f']
    """
    start = 0
    for place in range(1, len(periods) + 1):
        if place == len(periods) or periods[place] != periods[place - 1] + 1:
            first, last = labels[start], labels[place - 1]
            yield first if first == last else f"{first} to {last}"
            start = place


def absent_in_words(absent: Absent, currency: str) -> str:
    """Why the plan has none of a card."""
    if absent.reason is Reason.PRICE:
        words = _enters(absent, currency)
    elif absent.reason is Reason.NOT_AT_ANY_PRICE:
        words = _never(absent, currency)
    elif absent.reason is Reason.OPEN:
        words = _open(absent)
    else:
        words = AWAY[absent.reason]
    return f"{clean(absent.card)}: {words}{_excluded(absent)}."


def _enters(absent: Absent, currency: str) -> str:
    """The fall of its price at which a card enters, and to what."""
    assert absent.enters is not None
    sure, out = absent.enters, 1.0 if absent.stays_out is None else absent.stays_out
    falls = _falls(1 - out, 1 - sure)
    if out >= 1:
        text = f"enters at the latest when its price falls by {percent(1 - sure)}"
    else:
        text = f"enters when its price falls by {falls}"
    if absent.dearest is None:
        return text
    offer, price = absent.dearest
    unit = "/h" if absent.leased else ""
    low, high = (money_in_words(float(f"{f * price:.4g}"), currency) for f in (sure, out))
    to = low if low == high or out >= 1 else f"{low.removesuffix(f' {currency}')} to {high}"
    now = money_in_words(price, currency)
    more = f" and {count(len(absent.offers) - 1)} more" if len(absent.offers) > 1 else ""
    return f"{text}: to about {to}{unit} (offer {clean(offer)}{more}, from {now}{unit})"


def _falls(least: float, most: float) -> str:
    near, far = percent(least), percent(most)
    return near if near == far else f"{near.removesuffix(' %')} to {far}"


def _never(absent: Absent, currency: str) -> str:
    text = f"does not enter even at {percent(NEARLY_FREE)} of its price"
    if absent.forced_none:
        return f"{text}: no plan with one of it keeps the limits"
    if absent.forced is not None and absent.forced > 0:
        more = money_in_words(absent.forced, currency)
        return f"{text}: a plan with one of it then costs {more} more, for all it needs beside it"
    return text


def _open(absent: Absent) -> str:
    if not absent.tried:
        return "not asked: no time was left"
    if absent.stays_out is not None and absent.stays_out < 1:
        fall = percent(1 - absent.stays_out)
        return f"does not enter until its price falls by {fall}; below, the gaps do not tell"
    return "whether a lower price would bring it in, the gaps do not tell"


def _excluded(absent: Absent) -> str:
    """What keeps it away, each rule once."""
    told = [_exclusion(each) for each in absent.excluded]
    kinds = list(dict.fromkeys(told))
    if not kinds:
        return ""
    lead = ": " if absent.reason is Reason.EXCLUDED else "; besides, some of it is kept out: "
    return lead + "; ".join(kinds)


def _exclusion(each: Exclusion) -> str:
    return f"{clean(each.rule)}: {clean(each.reason)}"


def range_in_words(found: Range) -> str:
    """How far a figure can move."""
    name = clean(found.path)
    if len(found.value) <= LONGEST:
        name += f" ({clean(found.value)})"
    if found.up is None or found.down is None:
        return f"{name}: {clean(found.why)}."
    down, up = _side(found.down, "less"), _side(found.up, "more")
    return f"{name}: {down}; {up}."


def _side(side: Side, word: str) -> str:
    """One direction, as far as it was found out.

    >>> _side(Side(holds=1.1, breaks=1.12), "more")
    'up to 10 % more, no longer at 12 % more'
    """
    holds, breaks = percent(abs(side.holds - 1)), percent(abs((side.breaks or 1) - 1))
    lacking = " (then they no longer fit the problem)" if side.lacking else ""
    unknown = "not found out in time" if side.cut_short else "the gaps do not tell"
    if side.holds in (FARTHEST, 1 / FARTHEST):
        return f"at {holds} {word} still"
    if side.breaks is None:
        if side.holds == 1:
            return f"{word}: {unknown}"
        return f"up to {holds} {word}, beyond that {unknown}"
    if side.holds == 1:
        return f"no longer at {breaks} {word}{lacking}"
    return f"up to {holds} {word}, no longer at {breaks} {word}{lacking}"
