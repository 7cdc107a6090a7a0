"""What arithmetic refutes, and what it must leave to the engines.

That screening never refutes a problem that has a plan is tried on random problems in tests/fuzz;
here are the cases that random problems seldom meet, and what each finding says.
"""

from solver.instance import Instance
from solver.screening import screen
from tests.solver.families.solving import INFEASIBLE, cheapest, close, instance_of

QUARTERS = "horizon: {start: 2023-01-01, end: 2023-06-30, period: quarter}\n"
TWO_CARDS = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  odd: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  box: {kind: node, card: acc, cards: 1, power: 1 kW}
  bin: {kind: node, card: odd, cards: 1, power: 1 kW}
offers:
  box: {item: box, vendor: a, price: 100 CNY, supply: 1}
  bin: {item: bin, vendor: a, price: 100 CNY, supply: 1}
"""


def sentences(problem: Instance | str) -> list[str]:
    """What screening finds."""
    instance = instance_of(problem) if isinstance(problem, str) else problem
    return [finding.sentence for finding in screen(instance)]


def test_a_split_job_may_use_all_pools_together() -> None:
    """Proves that the pools of a split job are counted together: 720 of the 730 PFLOP/s-days that
    two cards do in a year take both. Sensitivity: if only the best pool counted, a problem with a
    plan for 200 would be refuted; without `split` it is rightly refuted.
    """
    job = "training: {job: {flop: 62208e18, mfu: 100 %, memory: ignore, split: true}}"
    assert sentences(TWO_CARDS + job) == []
    assert cheapest(TWO_CARDS + job) == close(200)
    alone = TWO_CARDS + job.replace("split: true", "split: false")
    assert "needs 720.0 PFLOP/s-days of work" in sentences(alone)[0]
    assert cheapest(alone) == INFEASIBLE


def test_supply_adds_up_over_its_windows() -> None:
    """Proves that deliveries of all periods so far are counted: 1 card per quarter are 2 in the
    second. Sensitivity: if one window were counted, a plan for 200 would be refuted; 3 cards are.
    """
    text = (
        QUARTERS
        + """
offers: {box: {item: box, vendor: a, price: 100 CNY, supply: 1 per quarter}}
reservations: {hold: {cards: 2, from: 2023-04-01}}
"""
    )
    assert sentences(text) == []
    assert cheapest(text) == close(200)
    (found,) = sentences(text.replace("cards: 2", "cards: 3"))
    assert found.startswith("hold holds 3 cards from 2023-04-01; at most 2 can work then")


def test_all_cards_of_a_node_are_counted() -> None:
    """Proves that room for nodes is counted in cards: 2 kW are room for 1 node of 4 cards.
    Sensitivity: if nodes were counted, 3 reserved cards would be refuted; 5 are.
    """
    text = """
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  four: {kind: node, card: acc, cards: 4, power: 2 kW}
sites: {here: {destination: CN, power_cap: 2 kW}}
offers: {four: {item: four, vendor: a, price: 100 CNY}}
reservations: {hold: {cards: 3}}
"""
    assert sentences(text) == []
    assert cheapest(text) == close(100)
    assert "holds 5 cards" in sentences(text.replace("cards: 3", "cards: 5"))[0]


def test_a_class_is_served_by_its_best_configuration_everywhere() -> None:
    """Proves that a class counts its best rate per card in each pool, all pools together: 1 card
    at 2 and 1 at 3 per second serve 5. Sensitivity: at the worst rate, or in one pool, 5 would be
    refuted; 5.5 are.
    """
    text = (
        TWO_CARDS
        + """
inference:
  chat:
    requests: 5 per second
    measured:
      - {name: slow, card: acc, cards: 1, requests_per_second: 1}
      - {name: fast, card: acc, cards: 1, requests_per_second: 2}
      - {name: odd, card: odd, cards: 1, requests_per_second: 3}
"""
    )
    assert sentences(text) == []
    assert cheapest(text) == close(200)
    (found,) = sentences(text.replace("5 per second", "5.5 per second"))
    assert "asks for 5.5 requests/s" in found
    assert "at most 5 (first delivery 2023-01-01)" in found


def test_the_least_power_of_all_demand() -> None:
    """Proves that services and reservations are added up in kilowatts at the meter, PUE included:
    2 cards of 1 kW at PUE 1.5 fit 3 kW but 3 do not, though each workload fits alone.
    """
    text = """
sites: {here: {destination: CN, power_cap: 3 kW, pue: 1.5}}
offers: {box: {item: box, vendor: a, price: 100 CNY}}
reservations: {hold: {cards: 1}, more: {cards: 1}}
"""
    assert sentences(text) == []
    assert cheapest(text) == close(200)
    (found,) = sentences(text.replace("more: {cards: 1}", "more: {cards: 2}"))
    assert "at least 4 kW" in found
    assert "the sites give 3 kW" in found


def test_nothing_to_run_on_names_the_rule() -> None:
    """Proves that a workload without a card says which rule took it away."""
    text = """
export_caps: {scale_up_cards: 1}
items:
  acc: {kind: accelerator, form_factor: SXM, memory: 80 GB, bf16: 1000 TFLOPS, power: 500 W}
  pair: {kind: node, card: acc, cards: 2, power: 1 kW}
offers: {pair: {item: pair, vendor: a, price: 100 CNY}}
training: {job: {flop: 1e18, mfu: 100 %, memory: ignore}}
"""
    (found,) = sentences(text)
    assert "2 cards in a scale-up domain > 1" in found
