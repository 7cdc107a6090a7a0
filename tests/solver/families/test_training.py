"""Constraint families of training, each proven by hand: memory, rate, window, pool and work.

One PFLOP/s-day is 8.64e19 FLOP; a card here does 1 PFLOP/s at an MFU of 100 %, so a year of it is
31.536e21 FLOP. Each test compares the least total with the one by hand, and with what it would be
were the family left out or misread.
"""

import pytest

from solver.families import Family
from tests.solver.families.solving import cheapest, close

ITEMS = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 1}
  duo: {kind: node, card: acc, cards: 2, scale_up_cards: 4}
  quad: {kind: node, card: acc, cards: 4}
  eight: {kind: node, card: acc, cards: 8}
  m-10: {kind: model, parameters: 10e9}
  m-30: {kind: model, parameters: 30e9}
  moe: {kind: model, parameters: 10e9, active_parameters: 1e9}
"""
BOXES = "offers: {a: {item: box, vendor: a, price: 100 CNY}}\n"


def node(item: str) -> str:
    """Items, and an offer of one of them for 100."""
    return ITEMS + f"offers: {{a: {{item: {item}, vendor: a, price: 100 CNY}}}}\n"


@pytest.mark.parametrize(
    ("model", "item", "total", "free"),
    [
        ("m-10", "box", 200, 100),
        ("m-10", "quad", 100, 100),
        ("m-30", "box", 600, 100),
        ("m-30", "duo", 400, 100),
        ("m-30", "eight", 100, 100),
    ],
)
def test_memory_fit(model: str, item: str, total: float, free: float) -> None:
    """Proves that 16 bytes for each of 10e9 parameters take 2 cards of 80 GB and of 30e9 take 6:
    single cards exactly, nodes of 2 in whole domains of 4 cards, so 4 nodes. Sensitivity: if the
    family were left out one node would do; if domains were ignored, 3 nodes of 2.
    """
    text = node(item) + f"training: {{job: {{model: {model}, tokens: 1e9, mfu: 100 %}}}}"
    assert cheapest(text) == close(total)
    # Nothing to leave out where one node is enough.
    if total != free:
        assert cheapest(text, without=Family.MEMORY_FIT) == close(free)


@pytest.mark.parametrize(
    ("more", "total"),
    [(", state_bytes: 32", 400), (", activations: 40 GB", 400), (", memory: ignore", 100)],
)
def test_memory_of_states_and_activations(more: str, total: float) -> None:
    """Proves that 320 GB of states take 4 cards, as 160 GB do beside 40 GB of activations each.
    Sensitivity: if either were ignored, or its default taken, the total would be 200.
    """
    text = node("box") + f"training: {{job: {{model: m-10, tokens: 1e9, mfu: 100 %{more}}}}}"
    assert cheapest(text) == close(total)


def test_memory_binds_in_every_interval() -> None:
    """Proves that a job never falls below its memory: 2 cards at least while it runs, beside a
    reservation of 1 in the second quarter, 3 cards. It may pause then: work for one quarter of 2
    cards leaves 200. Sensitivity: if it could go on with 1 card the first would be 200 too.
    """
    text = (
        node("box")
        + """
horizon: {start: 2023-01-01, end: 2023-06-30, period: quarter}
training: {job: {model: m-10, tokens: TOKENS, mfu: 100 %}}
reservations: {desk: {cards: 1, from: 2023-04-01}}
"""
    )
    # 6·10e9 FLOP a token: 2 cards do 90·2 PFLOP/s-days until March, 90·2 + 91 with 1 more.
    pausing, running = 180 * 8.64e19 / 6e10, 271 * 8.64e19 / 6e10
    assert cheapest(text.replace("TOKENS", repr(pausing))) == close(200)
    assert cheapest(text.replace("TOKENS", repr(running))) == close(300)


TABLE = BOXES + "training: {job: {flop: FLOP, memory: ignore, mfu: {acc: {2: 100 %, 4: 75 %}}}}"


@pytest.mark.parametrize(
    ("rate", "total"), [(2.0, 200), (2.4, 300), (2.5, 300), (2.6, 400), (3.0, 400)]
)
def test_a_concave_rate(rate: float, total: float) -> None:
    """Proves that a job that does 2 PFLOP/s on 2 cards and 3 on 4 does 2.5 on 3. Sensitivity: if
    the MFU of 2 cards held for all, 2.6 would take 3 cards; if that of 4 did, 2.0 and 2.5 would
    take 3 and 4; if the rate were left out, none.
    """
    text = TABLE.replace("FLOP", repr(rate * 31.536e21))
    assert cheapest(text) == close(total)
    assert cheapest(text, without=Family.TRAINING_RATE) == close(0)


def test_a_concave_rate_is_of_one_interval() -> None:
    """Proves that the first 181 days on 2 owned cards do 2 PFLOP/s and that one day's work more
    takes a card in July. Sensitivity: if the constant part of the flatter segment were earned
    without cards, the second half year would do that work for nothing.
    """
    text = """
horizon: {start: 2023-01-01, end: 2023-12-31, period: quarter}
fleet: {old: {item: box, site: here, count: 2, until: 2023-06-30}}
offers: {a: {item: box, vendor: a, price: 100 CNY, available: 2023-07-01..}}
training: {job: {flop: FLOP, memory: ignore, mfu: {acc: {2: 100 %, 4: 75 %}}}}
"""
    assert cheapest(text.replace("FLOP", repr(2 * 181 * 8.64e19))) == close(0)
    assert cheapest(text.replace("FLOP", repr((2 * 181 + 1) * 8.64e19))) == close(100)


def test_a_rate_that_is_not_concave_is_scaled_down() -> None:
    """Proves that 1 PFLOP/s on 2 cards and 3 on 4 count as 2 on 4, for the straight line to 3
    promises 1.5 where 1 was measured: 2.0 takes 4 cards. Sensitivity: if the line were believed it
    would be 3 cards.
    """
    text = TABLE.replace("2: 100 %", "2: 50 %").replace("FLOP", repr(2.0 * 31.536e21))
    assert cheapest(text) == close(400)


@pytest.mark.parametrize(
    ("more", "total"), [("", 100), (", goodput: 50 %", 200), (", mfu: 25 %", 400)]
)
def test_mfu_and_goodput(more: str, total: float) -> None:
    """Proves that a year of one card at 100 % takes 2 at a goodput of 50 %, 4 at an MFU of 25 %.
    Sensitivity: if either were ignored the total would be 100.
    """
    share = "" if "mfu" in more else ", mfu: 100 %"
    text = BOXES + f"training: {{job: {{flop: 31.536e21, memory: ignore{share}{more}}}}}"
    assert cheapest(text) == close(total)


def test_work_counts_active_parameters() -> None:
    """Proves that work is 6·N·D with the active parameters: 6·1e9·5.256e12 FLOP, a year of a card.
    Sensitivity: if all 10e9 counted, 10 cards would be needed; if work were left out, none.
    """
    text = (
        node("box") + "training: {job: {model: moe, tokens: 5.256e12, mfu: 100 %, memory: ignore}}"
    )
    assert cheapest(text) == close(100)
    assert cheapest(text.replace("5.256e12", "5.257e12")) == close(200)
    assert cheapest(text, without=Family.TRAINING_WORK) == close(0)


@pytest.mark.parametrize(
    ("window", "days"),
    [
        ("2023-07-01..2023-12-31", 184),
        ("2023-07-01..2023-07-01", 1),
        ("2023-07-01..", 184),
        ("", 365),
    ],
)
def test_a_window_includes_both_days(window: str, days: int) -> None:
    """Proves that one card finishes as many PFLOP/s-days as the window has days, and that one more
    takes a second card. Sensitivity: if the window were ignored one card would do for both; if its
    last day were not included, a second card would be needed for the first.
    """
    when = f", window: {window}" if window else ""
    text = BOXES + f"training: {{job: {{flop: FLOP, mfu: 100 %, memory: ignore{when}}}}}"
    assert cheapest(text.replace("FLOP", repr(days * 8.64e19))) == close(100)
    assert cheapest(text.replace("FLOP", repr((days + 1) * 8.64e19))) == close(200)


@pytest.mark.parametrize(("end", "total"), [("2023-03-31", 200), ("2023-03-30", 100)])
def test_repeats_keep_their_length(end: str, total: float) -> None:
    """Proves that 31 days from 1 February end on 3 March, when the third occurrence has begun: 2
    cards. A horizon that ends on 30 March drops the third. Sensitivity: if repeats were cut to
    their months, or the third always dropped, both would be 100; if never, both 200.
    """
    text = f"""
horizon: {{start: 2023-01-01, end: {end}, period: quarter}}
training: {{job: {{flop: {31 * 8.64e19!r}, mfu: 100 %, memory: ignore,
        window: 2023-01-01..2023-01-31, every: 1 month}}}}
"""
    assert cheapest(BOXES + text) == close(total)


def test_holdings_are_whole_nodes() -> None:
    """Proves that 3 cards' work takes 2 nodes of 2, of which a reservation of 1 finds no card
    left: 3 nodes, 300. Sensitivity: if a job held single cards 2 nodes would do.
    """
    text = (
        node("duo")
        + """
training: {job: {flop: 94.608e21, mfu: 100 %, memory: ignore}}
reservations: {desk: {cards: 1}}
"""
    )
    assert cheapest(text) == close(300)


TWO_POOLS = (
    ITEMS
    + """
offers:
  a: {item: box, vendor: a, price: 100 CNY, supply: 1, sites: [here]}
  b: {item: duo, vendor: b, price: 150 CNY, sites: [SITE]}
sites: {here: {destination: CN}, there: {destination: CN}}
training: {job: {flop: 94.608e21, mfu: 100 %, memory: ignore}}
"""
)


def test_a_job_runs_in_one_pool() -> None:
    """Proves that 3 cards' work takes 2 nodes of one kind, 300, though a single card and one node
    would do if it were split: 250. Sensitivity: if the family were left out it would be 250.
    """
    text = TWO_POOLS.replace("SITE", "here")
    assert cheapest(text) == close(300)
    assert cheapest(text, without=Family.TRAINING_POOL) == close(250)
    assert cheapest(text.replace("{flop", "{split: true, flop")) == close(250)


def test_a_split_job_runs_at_one_site() -> None:
    """Proves that a split job cannot use a card here and a node there: 300. Sensitivity: if the
    family were left out it would be 250.
    """
    text = TWO_POOLS.replace("SITE", "there").replace("{flop", "{split: true, flop")
    assert cheapest(text) == close(300)
    assert cheapest(text, without=Family.TRAINING_POOL) == close(250)


def test_occurrences_choose_their_pools_apart() -> None:
    """Proves that a job of one card takes the single card and one of 2 a node: 250. Sensitivity:
    if all jobs had to run in the same pool it would be two nodes, 300.
    """
    text = TWO_POOLS.replace("SITE", "here").replace(
        "{job: {flop: 94.608e21,",
        "{one: {flop: 31.536e21, mfu: 100 %, memory: ignore}, two: {flop: 63.072e21,",
    )
    assert cheapest(text) == close(250)


def test_a_job_that_needs_memory_runs_in_one_pool() -> None:
    """Proves that the pool is chosen too where memory asks for 2 cards at least: 4 cards' work
    takes 2 nodes of 2 at 250, not one of them beside 2 single cards at 100, of which there are no
    more. Sensitivity: if the family were left out the total would be 450.
    """
    text = (
        ITEMS
        + """
offers:
  a: {item: box, vendor: a, price: 100 CNY, supply: 2}
  b: {item: duo, vendor: b, price: 250 CNY}
training: {job: {model: m-10, tokens: 2.1024e12, mfu: 100 %}}
"""
    )
    assert cheapest(text) == close(500)
    assert cheapest(text, without=Family.TRAINING_POOL) == close(450)
