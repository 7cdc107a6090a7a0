"""The workloads of a generated problem, each as large as the cards the witness gives it.

Belongs here: drawing services, training jobs and reservations, and the cards they hold in the
witness. Does not belong here: buying these cards (witness.py).
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from benchmarks.goods import SERVED, TRAINED
from benchmarks.market import Calendar, Market, add_months, catalog
from benchmarks.witness import Pool, Witness

REFERENCE_TFLOPS, REFERENCE_GB_PER_S = 312, 2039
"""An A100, to which throughputs are scaled."""
CLASSES = (
    {"all": (700, 250)},
    {"short": (200, 150), "long": (3000, 300)},
    {"chat": (500, 250), "search": (1800, 120), "code": (2500, 700)},
)
"""Classes of requests: tokens of prompt and answer."""
Block = dict[str, object]


@dataclass(frozen=True)
class Replica:
    """Cards of a replica, and requests of each class that it serves in a second."""

    cards: int
    rates: dict[str, float]


class Demand:
    """Draws workloads and books their cards with the witness."""

    def __init__(self, rng: Random, market: Market, witness: Witness, largest_cards: int) -> None:
        self.rng = rng
        self.market = market
        self.witness = witness
        self.largest = largest_cards
        self.calendar: Calendar = market.calendar
        self.cards = sorted({good.card for good in market.goods})

    def service(self, whole: bool) -> Block:
        """A service whose rate grows to what its cards in the witness carry."""
        rng, calendar = self.rng, self.calendar
        first = self._first_period()
        site, pool = self._home(first, trains=False)
        card = self.witness.goods[pool[1]].card
        per = rng.choice(("quarter", "month")) if calendar.months == 1 else "quarter"
        growth = rng.choice((0.0, 2, 4, 6, 8)) / (3 if per == "month" else 1)
        peak = rng.choice((1.2, 1.5, 1.8, 2.0))
        kinds = rng.choice(CLASSES)
        rows, replica = self._measured(card, kinds)
        shares = self._shares(list(kinds))
        load = sum(shares[name] / rate for name, rate in replica.rates.items())
        target = max(1, round(self._size(4) / replica.cards))
        grown = [(1 + growth / 100) ** self._steps(first, t, per) for t in self._from(first)]
        rate = _floor(target / (load * peak * max(grown)), 3)
        held = [
            (t, math.ceil(rate * peak * factor * load - 1e-9) * replica.cards)
            for t, factor in zip(self._from(first), grown, strict=True)
        ]
        self.witness.hold(pool, held)
        block: Block = {"requests": f"{rate:g} per second", "peak_factor": peak}
        if len(kinds) > 1:
            block["classes"] = {
                name: {"share": f"{100 * shares[name]:g} %", "prompt_tokens": a, "answer_tokens": b}
                for name, (a, b) in kinds.items()
            }
        if growth:
            block["growth"] = f"{growth:.3g} % per {per}"
        if first:
            block["from"] = str(calendar.starts[first])
        if not whole:
            block["replicas"] = "fractional"
        return {**block, "sites": self._near(site), "measured": rows}

    def _measured(
        self, card: str, kinds: dict[str, tuple[int, int]]
    ) -> tuple[list[Block], Replica]:
        """Measured rows of the witness's card and most others; and that card's replica."""
        rng = self.rng
        model = rng.choice(SERVED)
        weights_gb = 2 * catalog().models[model].parameters / 1e9
        rows: list[Block] = []
        mine = Replica(1, {})
        for name in self.cards:
            if name != card and rng.random() > 0.75:
                continue
            figures = catalog().accelerators[name]
            cards = next(
                (g for g in (1, 2, 4, 8) if 0.7 * g * float(figures.memory_gb or 0) >= weights_gb),
                8,
            )
            speed = (float(figures.bf16_dense_tflops or 0) / REFERENCE_TFLOPS) ** 0.6 * (
                float(figures.memory_bandwidth_gb_per_s or 0) / REFERENCE_GB_PER_S
            ) ** 0.4
            tokens_per_s = speed * cards * 1.4e13 / (weights_gb * 1e9) * rng.uniform(0.8, 1.25)
            rates = {
                kind: _floor(10 * tokens_per_s / (prompt / 8 + answer), 3)
                for kind, (prompt, answer) in kinds.items()
            }
            shown = rates if len(kinds) > 1 else rates["all"]
            rows.append(
                {
                    "name": f"{name}-tp{cards}",
                    "card": name,
                    "cards": cards,
                    "requests_per_second": shown,
                }
            )
            if name == card:
                mine = Replica(cards, rates)
        return rows, mine

    def job(self, longest_days: int) -> Block:
        """A training job that its nodes in the witness finish just in time."""
        rng, calendar = self.rng, self.calendar
        first = self._first_period()
        site, pool = self._home(first, trains=True)
        card = self.witness.goods[pool[1]].card
        model, cards = self._model_and_cards(card)
        days = rng.choice([d for d in (28, 42, 60, 75, 89) if d <= longest_days])
        begin = calendar.starts[first]
        last = begin + timedelta(days=days - 1)
        goodput = rng.choice((88, 92, 95))
        utilisation, share = self._utilisation(card, cards)
        peak = float(catalog().accelerators[card].bf16_dense_tflops or 0) * 1e12
        flop = 0.97 * cards * peak * share * goodput / 100 * days * 86400
        tokens = _floor(flop / (6 * catalog().models[model].parameters), 3)
        block: Block = {
            "model": model,
            "tokens": f"{tokens:.3g}",
            "window": f"{begin}..{last}",
            "goodput": f"{goodput} %",
            "mfu": utilisation,
            "sites": self._near(site),
        }
        step = rng.choice((0, 0, 6, 12)) if calendar.periods * calendar.months > 12 else 0
        if step:
            block["every"] = f"{step} months"
        if rng.random() < 0.25:
            block["split"] = True
        self.witness.hold(pool, [(t, cards) for t in self._held(begin, days, step)])
        return block

    def _model_and_cards(self, card: str) -> tuple[str, int]:
        """A model whose training states fit in the cards held, in whole nodes."""
        memory = float(catalog().accelerators[card].memory_gb or 0)
        cards = 8 * max(2, round(self._size(32) / 8))
        fitting = [
            name
            for name in TRAINED
            if 16 * catalog().models[name].parameters / 1e9 <= 0.95 * memory * cards
        ]
        if not fitting:
            smallest = 16 * catalog().models[TRAINED[0]].parameters / 1e9
            cards, fitting = 8 * math.ceil(smallest / (0.95 * memory * 8)), [TRAINED[0]]
        return self.rng.choice(fitting[-3:]), cards

    def _utilisation(self, card: str, cards: int) -> tuple[Block, float]:
        """MFU of each card: a share, or a table that falls with size; and the witness's."""
        rng = self.rng
        tabled = rng.random() < 0.4
        reference = float(catalog().accelerators[card].bf16_dense_tflops or 0)
        shares: Block = {}
        mine = 0.0
        for name in self.cards:
            good = next((g for g in self.market.goods if g.card == name and g.trains), None)
            if good is None or (name != card and rng.random() > 0.8):
                continue
            base = rng.randint(34, 48)
            if name == card:
                mine = base / 100
            if not tabled:
                shares[name] = f"{base} %"
                continue
            peak = float(catalog().accelerators[name].bf16_dense_tflops or 0)
            alike = 8 * max(1, round(cards * reference / peak / 8)) if name != card else cards
            table = {alike: base, 2 * alike: base - 4, 4 * alike: base - 9}
            if alike >= 16:
                table[8 * (alike // 16)] = base + 3
            shares[name] = {count: f"{share} %" for count, share in sorted(table.items())}
        return shares, mine

    def reservation(self) -> Block:
        """Cards held for research."""
        rng = self.rng
        first = self._first_period()
        site, pool = self._home(first, trains=False)
        card = self.witness.goods[pool[1]].card
        others = [name for name in self.cards if name != card]
        cards = 8 * max(1, round(self._size(8) / 16))
        self.witness.hold(pool, [(t, cards) for t in self._from(first)])
        block: Block = {
            "cards": cards,
            "of": sorted([card, *rng.sample(others, min(2, len(others)))]),
            "sites": self._near(site),
        }
        if first:
            block["from"] = str(self.calendar.starts[first])
        return block

    def _first_period(self) -> int:
        periods = self.calendar.periods
        return 0 if self.rng.random() < 0.3 else self.rng.randrange(max(1, periods * 2 // 3))

    def _home(self, first: int, trains: bool) -> tuple[str, Pool]:
        """A site, and there a pool with cards by then: the cheaper its peak the likelier."""
        pools = self.witness.pools(first, self.market.sites, trains)
        pool = self.rng.choices(pools, [self._value(pool) for pool in pools])[0]
        return pool[0], pool

    def _value(self, pool: Pool) -> float:
        good = self.witness.goods[pool[1]]
        peak = float(catalog().accelerators[good.card].bf16_dense_tflops or 0)
        return (peak * good.cards / self.market.money(good.price, good.currency)) ** 2

    def _near(self, home: str) -> list[str]:
        """The home site and up to about half of the others; sometimes clouds."""
        others = [site for site in self.market.sites if site != home]
        count = self.rng.randint(0, math.ceil(0.55 * len(others)))
        near = [home, *self.rng.sample(others, count)]
        near += [name for name in self.market.leases if self.rng.random() < 0.4]
        return near

    def _shares(self, names: list[str]) -> dict[str, float]:
        if len(names) == 1:
            return {names[0]: 1.0}
        cuts = [self.rng.randint(1, 9) for _ in names]
        parts = [round(20 * cut / sum(cuts)) * 5 or 5 for cut in cuts]
        parts[parts.index(max(parts))] += 100 - sum(parts)
        return {name: part / 100 for name, part in zip(names, parts, strict=True)}

    def _size(self, least: int) -> float:
        """Cards of a workload, evenly spread over orders of magnitude."""
        return math.exp(self.rng.uniform(math.log(least), math.log(self.largest)))

    def _from(self, first: int) -> range:
        return range(first, self.calendar.periods)

    def _steps(self, first: int, period: int, per: str) -> int:
        """Steps of growth by the end of a period, counted from the start of another."""
        months = (period - first + 1) * self.calendar.months - 1
        return months // (3 if per == "quarter" else 1)

    def _held(self, begin: date, days: int, step: int) -> list[int]:
        """Periods touched by an occurrence, each once."""
        held: set[int] = set()
        start = begin
        while start <= self.calendar.end:
            held |= set(self.calendar.overlapping(start, start + timedelta(days=days - 1)))
            if not step:
                break
            start = add_months(start, step)
        return sorted(held)


def _floor(value: float, digits: int) -> float:
    """Round down to significant digits.

    >>> _floor(123.9, 2), _floor(0.0128, 2)
    (120.0, 0.012)
    """
    scale = 10.0 ** (math.floor(math.log10(value)) - digits + 1)
    return round(math.floor(value / scale + 1e-9) * scale, 12)
