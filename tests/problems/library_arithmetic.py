"""The expected answers of problems/library derived by arithmetic, beside and apart from the solver.

Belongs here: small pure computations with the figures of the articles and cases, enumeration where
a mix is asked for; nothing is imported from rackmix. Does not belong here: comparisons
(test_library.py), and the two large problems, whose answers only a search can give.
"""

from collections.abc import Callable, Sequence
from itertools import product
from math import ceil

import highspy

from tests.problems import library_serving as by_replica
from tests.problems.library_training import A100 as A100_LINKED
from tests.problems.library_training import A800 as A800_LINKED
from tests.problems.library_training import BAND_LOW, LLAMA, nodes_by_memory, nodes_in_a_month
from tests.problems.library_training import GPT3 as GPT3_RUN
from tests.problems.library_training import H100 as H100_LINKED

PAIRED = {"tensor": 1, "pipeline": 2, "chunks": 2}
DEEP = {"tensor": 2, "pipeline": 16}
"""Layouts of the estimated runs: tensor-parallel cards and pipeline stages."""
A100, H100, H100_FP8, H20, L40S, A40 = 312e12, 989.5e12, 1979e12, 148e12, 362e12, 149.7e12
"""Dense FLOP/s of a card; the A800 computes as the A100."""
H20_NODE, H100_NODE = 1_090_000, 2_400_000
"""CNY of a node of eight in estimated_serving.yaml."""
DAY = 86_400
MFU, UTILIZATION = 0.462, 0.213
GPT3, TOKENS = 175e9, 300e9
USERS, QUESTIONS, ANSWER_TOKENS = 50e6, 10, 400 * 4 / 3


def train(peak: float = A100, days: float = 30, times: float = 1) -> float:
    """Cards of work that train GPT-3 ``times`` over: 6·N·D FLOP in so many days."""
    return times * 6 * GPT3 * TOKENS / (peak * MFU * days * DAY)


def serve(
    peak: float = A100, times: float = 1, share: float = UTILIZATION, tokens: float = ANSWER_TOKENS
) -> float:
    """Cards of work that answer 50 million people ``times`` over: 2·N FLOP a token."""
    return times * USERS * QUESTIONS * tokens * 2 * GPT3 / DAY / (peak * share)


def nodes(cards: float, size: int = 8) -> int:
    """Whole nodes that hold so many cards."""
    return ceil(cards / size)


def cheapest_pair(
    work: float, price: float, other_work: float, other_price: float, most: int = 400
) -> float:
    """Least cost of whole cards of two kinds that share a work: a/work + b/other_work >= 1."""
    return min(
        price * max(0, ceil(work * (1 - b / other_work) - 1e-9)) + other_price * b
        for b in range(min(most, ceil(other_work)) + 1)
    )


def a_year(price: float, power_kw: float) -> float:
    """A card bought and its electricity in 2024: 8,784 hours at 0.605 CNY/kWh and PUE 1.2."""
    return price + power_kw * 1.2 * 0.605 * 366 * 24


def hosts_and_cards(card_prices: Callable[[int], float], small_hosts: bool = True) -> float:
    """Least cost of 16 or more cards and their hosts, beside a host of 8 with 4 free slots."""
    costs = []
    for big, small in product(range(4), range(7 if small_hosts else 1)):
        room = 4 + 8 * big + 4 * small
        for cards in range(16, room + 1):
            costs.append(cards * card_prices(cards) + 120_000 * big + 70_000 * small)
    return min(costs)


def electricity(servers: int = 3617, kw: float = 6.5, hours: float = 24, pue: float = 1) -> float:
    """USD for servers that draw so much at 0.0833 USD/kWh."""
    return servers * kw * hours * pue * 0.0833


def cheapest_counts(
    prices: Sequence[float], most: int, serves: Callable[[tuple[int, ...]], bool]
) -> float:
    """Least price of whole counts of each kind, up to ``most`` of it, that serve."""
    return min(
        sum(n * price for n, price in zip(counts, prices, strict=True))
        for counts in product(range(most + 1), repeat=len(prices))
        if serves(counts)
    )


def melange_serves(counts: tuple[int, ...]) -> bool:
    """Whether so many A10G and A100 serve the four classes.

    The A10G takes first what relieves the A100 most.
    """
    a10g, a100 = counts
    rates = [30 * share for share in (0.2, 0.1, 0.5, 0.2)]
    speeds = [(2, 20), (1, 20), (5, 40), (2, 20)]
    load = sum(rate / fast for rate, (_, fast) in zip(rates, speeds, strict=True))
    free = float(a10g)
    for rate, (slow, fast) in sorted(
        zip(rates, speeds, strict=True), key=lambda c: -c[1][0] / c[1][1]
    ):
        taken = min(rate, free * slow)
        free -= taken / slow
        load -= taken / fast
    return load <= a100 + 1e-9


def fig9(rate: float) -> float:
    """Least USD an hour for a rate on cards of 0.37 and 2.0 requests a second."""
    return cheapest_counts((1.01, 3.67), 25, lambda n: 0.37 * n[0] + 2.0 * n[1] >= rate - 1e-9)


def llmplan(serves: Callable[[int, int], bool]) -> float:
    """Least USD an hour for a cards of 3 requests a second at 2 and b nodes of 32 at 19."""
    return cheapest_counts((2, 19), 12, lambda n: serves(*n) and 3 * n[0] + 32 * n[1] >= 34)


Row = tuple[str, int, float]
"""A measured row: card, cards of a replica, its requests per second."""
Service = tuple[float, Sequence[Row]]
"""Requests per second, and the rows that can serve them."""
Kind = tuple[int, float]
"""A configuration: its price in quarter cents an hour, and requests per second of a replica."""


def cheapest_replicas(kinds: Sequence[Kind], demand: float) -> int:
    """Least quarter cents of whole replicas that reach a demand, one service alone.

    Dynamic programming: the highest rate that each sum of money buys.

    >>> cheapest_replicas([(8, 3.0), (19, 8.0)], 10.0)
    27
    """
    rates = [0.0]
    while rates[-1] < demand - 1e-9:
        money = len(rates)
        bought = [rates[money - price] + rate for price, rate in kinds if price <= money]
        rates.append(max([rates[-1], *bought]))
    return len(rates) - 1


def cheapest_mix(
    services: Sequence[Service], prices: dict[str, int], stock: dict[str, int]
) -> float:
    """Least quarter cents of whole replicas of all services that share a stock of cards.

    The textbook program of the case, written for HiGHS by hand: no other proof fits in a test.
    """
    engine = highspy.Highs()
    engine.silent()
    engine.setOptionValue("mip_rel_gap", 0.0)
    cost, held = [], {card: [] for card in stock}
    for demand, rows in services:
        replicas = [engine.addIntegral(0, sum(stock.values())) for _ in rows]
        rates = [rate * n for (_, _, rate), n in zip(rows, replicas, strict=True)]
        engine.addConstr(engine.qsum(rates) >= demand)
        for (card, cards, _), n in zip(rows, replicas, strict=True):
            cost.append(prices[card] * cards * n)
            held[card].append(cards * n)
    for card, uses in held.items():
        engine.addConstr(engine.qsum(uses) <= stock[card])
    engine.minimize(engine.qsum(cost))
    return float(engine.getInfo().objective_function_value)


def _both(times: float = 1) -> int:
    return ceil(train(times=times)) + ceil(serve(times=times))


L40S_BY_BANDWIDTH = UTILIZATION * A100 / L40S * 864 / 2039
CARD, NODE = 50e3, 1e6
A_RUN = 1.4e6

OBJECTIVE: dict[str, dict[str, Callable[[], float]]] = {
    "gpt3_training.yaml": {
        "base": lambda: cheapest_pair(train(), CARD, train(H100), 200e3),
        "chip-article-prices": lambda: cheapest_pair(train(), 80e3, train(H100), 240e3),
        "a100-only": lambda: CARD * ceil(train()),
        "a800-only": lambda: 89e3 * ceil(train()),
        "h100-only": lambda: 200e3 * ceil(train(H100)),
        "nodes": lambda: NODE * nodes(train()),
    },
    "estimated_training.yaml": {
        "base": lambda: 1e6 * nodes_in_a_month(300e9, LLAMA, A100_LINKED, **PAIRED),
        "a100": lambda: 1e6 * nodes_in_a_month(300e9, LLAMA, A100_LINKED, **PAIRED),
        "a800": lambda: 1.05e6 * nodes_in_a_month(300e9, LLAMA, A800_LINKED, **PAIRED),
        "h100": lambda: 2.4e6 * nodes_in_a_month(300e9, LLAMA, H100_LINKED, **PAIRED),
        "gpt3-a100": lambda: 1e6 * nodes_in_a_month(39e9, GPT3_RUN, A100_LINKED, **DEEP),
        "gpt3-a800": lambda: 1.05e6 * nodes_in_a_month(39e9, GPT3_RUN, A800_LINKED, **DEEP),
        "gpt3-h100": lambda: (
            2.4e6
            * max(
                nodes_in_a_month(39e9, GPT3_RUN, H100_LINKED, tensor=4, pipeline=12),
                nodes_by_memory(GPT3_RUN),
            )
        ),
        "gpt3-a100-safe": lambda: (
            1e6 * nodes_in_a_month(39e9 / BAND_LOW, GPT3_RUN, A100_LINKED, **DEEP)
        ),
    },
    "gpt3_serving.yaml": {
        "base": lambda: CARD * ceil(serve()),
        "nodes": lambda: NODE * nodes(serve()),
        "one-token-a-word": lambda: CARD * ceil(serve(tokens=400)),
    },
    "gpt3_training_and_serving.yaml": {
        "base": lambda: CARD * _both(),
        "nodes": lambda: NODE * (nodes(train()) + nodes(serve())),
        "one-after-the-other": lambda: CARD * max(ceil(train()), ceil(serve())),
    },
    "gpt4_ten_times.yaml": {
        "base": lambda: CARD * _both(10),
        "training-only": lambda: CARD * ceil(train(times=10)),
        "nodes": lambda: NODE * (nodes(train(times=10)) + nodes(ceil(serve(times=10)))),
    },
    "ten_companies.yaml": {
        "base": lambda: CARD * _both(100),
        "company-by-company": lambda: CARD * 10 * _both(10),
    },
    "a800_stand_in.yaml": {
        "base": lambda: 1.05e6 * nodes(train()),
        "no-rules": lambda: min(NODE * nodes(train()), 1.96e6 * nodes(train(), 16)),
        "after-november-2023": lambda: 1.12e6 * nodes(train(H20)),
        "own-caps": lambda: 1.05e6 * nodes(train()),
        "h800": lambda: min(1.05e6 * nodes(train()), 2.3e6 * nodes(train(H100))),
    },
    "dgx_h100_vs_dgx_a100.yaml": {
        "base": lambda: min(199e3 * nodes(train()), 373e3 * nodes(train(H100))),
        "weeks-a100": lambda: 199e3 * nodes(train()),
        "ten-days": lambda: 373e3 * nodes(train(H100, days=10)),
        "three-days": lambda: 373e3 * nodes(train(H100, days=3)),
        "three-days-fp8": lambda: 373e3 * nodes(train(H100_FP8, days=3)),
        "three-days-as-claimed": lambda: 373e3 * nodes(train(10 * A100, days=3)),
    },
    "fleet_10k_to_25k.yaml": {
        "base": lambda: 80e3 * (25_000 - 10_000),
        "from-nothing": lambda: 80e3 * 25_000,
        "first-10000": lambda: 80e3 * 10_000,
        "first-10000-h100": lambda: 240e3 * 10_000,
    },
    "a100_servers_1250.yaml": {
        "base": lambda: NODE * nodes(10_000),
        "loose-cards": lambda: min(NODE * nodes(10_000), CARD * 10_000),
    },
    "electricity_3617_servers.yaml": {
        "base": electricity,
        "pue-1.25": lambda: electricity(pue=1.25),
        "measured-power": lambda: electricity(kw=4.2),
        "fleet-of-10000": lambda: electricity(servers=nodes(10_000)),
    },
    "yearly_cost.yaml": {
        "base": lambda: electricity(hours=365 * 24) + 4 * A_RUN,
        "every-four-months": lambda: electricity(hours=365 * 24) + 3 * A_RUN,
    },
    "serving_350w.yaml": {
        "base": lambda: cheapest_pair(
            serve(), a_year(80e3, 0.4), serve(L40S), a_year(7_500 * 7.1957, 0.35), most=14_010
        ),
        "a100-only": lambda: ceil(serve()) * a_year(80e3, 0.4),
        "electricity-alone": lambda: min(
            cheapest_pair(serve(), a_year(0, 0.4), serve(L40S), a_year(0, 0.35), most=14_010),
            cheapest_pair(serve(A40), a_year(0, 0.3), serve(L40S), a_year(0, 0.35), most=14_010),
        ),
        "a40-electricity-alone": lambda: ceil(serve(A40)) * a_year(0, 0.3),
        "by-bandwidth": lambda: cheapest_pair(
            serve(),
            a_year(80e3, 0.4),
            serve(L40S, share=L40S_BY_BANDWIDTH),
            a_year(7_500 * 7.1957, 0.35),
        ),
    },
    "card_in_host.yaml": {
        "base": lambda: hosts_and_cards(lambda cards: 75e3),
        "volume-discount": lambda: hosts_and_cards(
            lambda cards: 75e3 * (0.85 if cards >= 18 else 1)
        ),
        "no-small-host": lambda: hosts_and_cards(lambda cards: 75e3, small_hosts=False),
    },
    "estimated_serving.yaml": {
        "base": lambda: (
            by_replica.nodes(by_replica.H20, by_replica.CHAT) * H20_NODE
            + by_replica.nodes(by_replica.H100, by_replica.READING) * H100_NODE
        ),
        "h100-only": lambda: (
            by_replica.nodes(by_replica.H100, by_replica.CHAT) * H100_NODE
            + by_replica.nodes(by_replica.H100, by_replica.READING) * H100_NODE
        ),
        "pessimistic": lambda: (
            by_replica.nodes(by_replica.H20, by_replica.CHAT, by_replica.BAND_LOW) * H20_NODE
            + by_replica.nodes(by_replica.H100, by_replica.READING, by_replica.BAND_LOW) * H100_NODE
        ),
    },
    "uncertain_demand.yaml": {
        name: lambda: 10 * 1.0e6 + 20 * 0.9e6 for name in ("base", "worst-case", "ban-likely")
    },
    "serving_mix_melange.yaml": {
        "base": lambda: cheapest_counts((1.01, 3.67), 30, melange_serves),
        "fig9-rate-2.2": lambda: fig9(2.2),
        "fig9-rate-4.2": lambda: fig9(4.2),
        "fig9-rate-5": lambda: fig9(5),
        "fig9-rate-8": lambda: fig9(8),
    },
    "serving_mix_llmplan.yaml": {
        "base": lambda: llmplan(lambda a, b: True),
        "one-card-type": lambda: llmplan(lambda a, b: a == 0 or b == 0),
    },
}
"""Every hand-worked objective, by file and scenario, in the currency of the file."""
