"""What must hold of estimates of serving, whatever the figures.

Belongs here: monotony, physical bounds, queueing, dominance, what is known of single cards. Does
not belong here: how near published measurements come (test_serving_bars.py), problem files
(test_estimated_services.py).
"""

import math
import time
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogs import load_catalog
from solver.estimate.figures import parameters_of
from solver.estimate.serving.configurations import Configuration, configurations, undominated
from solver.estimate.serving.evidence import machine_of, model_of
from solver.estimate.serving.examples import H100, LLAMA_70B
from solver.estimate.serving.figures import (
    Limits,
    Request,
    ServedModel,
    ServingMachine,
    ServingParameters,
)
from solver.estimate.serving.headroom import most_load
from solver.estimate.serving.replica import Replica, replicas
from solver.estimate.serving.search import Served, serve, shortage_gb
from solver.estimate.serving.step import step_time

CATALOG = load_catalog()
GIVEN = parameters_of(ServingParameters, CATALOG.calibration)
OFFLINE = Limits(percentile=0.0)


def card(name: str, *precisions: str, box: int = 8) -> ServingMachine:
    """A card of the catalogue in a box of eight."""
    row = CATALOG.accelerators[name]
    found = machine_of(row, precisions or ("bf16",), min(row.scale_up_cards or 1, box), box)
    assert found is not None
    return found


def language_model(name: str) -> ServedModel:
    """A model of the catalogue."""
    found = model_of(CATALOG.models[name])
    assert found is not None
    return found


def rates(
    machine: ServingMachine, model: ServedModel, request: Request, limits: Limits
) -> list[float]:
    """Requests per second of every replica of the machine; 0 where it serves none."""
    found = serve(machine, model, request, limits, GIVEN, tuple(replicas(machine)))
    return [one.requests_per_second if one else 0.0 for one in found]


machines = st.builds(
    ServingMachine,
    tflops=st.floats(50, 3000).map(lambda peak: (("bf16", peak), ("fp8", 2 * peak))),
    bf16_tflops=st.floats(50, 3000),
    memory_gb=st.floats(16, 300),
    memory_bandwidth_gb_per_s=st.floats(200, 9000),
    link_gb_per_s=st.floats(30, 2000),
    domain_cards=st.sampled_from([1, 2, 8]),
    pcie_gb_per_s=st.floats(16, 128),
    box_cards=st.sampled_from([1, 4, 8, None]),
)
models = st.builds(
    ServedModel,
    parameters=st.floats(1e9, 6e11),
    active_parameters=st.just(1e9),
    layers=st.integers(16, 126),
    hidden_size=st.sampled_from([2048, 4096, 8192, 16384]),
    kv_bytes_per_token=st.floats(2e4, 5e6),
    kv_heads=st.sampled_from([1, 8, 96, None]),
).flatmap(
    lambda model: st.sampled_from([model, replace(model, active_parameters=model.parameters)])
)
requests = st.builds(Request, prompt_tokens=st.floats(0, 20_000), answer_tokens=st.floats(1, 4000))
limits = st.builds(
    Limits,
    percentile=st.floats(0.5, 0.999),
    burstiness=st.floats(0.2, 10),
    ttft_s=st.one_of(st.none(), st.floats(0.05, 30)),
    tpot_s=st.one_of(st.none(), st.floats(0.005, 1)),
    queue_rate=st.floats(0, 1000),
)


@given(machines, models, requests, limits, st.floats(1, 3))
def test_more_never_serves_less(
    machine: ServingMachine, model: ServedModel, request: Request, limit: Limits, factor: float
) -> None:
    """More memory, bandwidth, link, arithmetic or time never lowers any replica's throughput."""
    before = rates(machine, model, request, limit)
    better = [
        (replace(machine, memory_gb=machine.memory_gb * factor), limit),
        (
            replace(machine, memory_bandwidth_gb_per_s=machine.memory_bandwidth_gb_per_s * factor),
            limit,
        ),
        (replace(machine, link_gb_per_s=machine.link_gb_per_s * factor), limit),
        (
            replace(
                machine,
                tflops=tuple((name, peak * factor) for name, peak in machine.tflops),
                bf16_tflops=machine.bf16_tflops * factor,
            ),
            limit,
        ),
    ]
    if limit.ttft_s is not None:
        better.append((machine, replace(limit, ttft_s=limit.ttft_s * factor)))
    if limit.tpot_s is not None:
        better.append((machine, replace(limit, tpot_s=limit.tpot_s * factor)))
        better.append((machine, replace(limit, tpot_s=None)))
    for other, eased in better:
        for old, new in zip(before, rates(other, model, request, eased), strict=True):
            assert new >= old * (1 - 1e-9)


@given(machines, models, requests, limits)
def test_no_estimate_exceeds_the_machine(
    machine: ServingMachine, model: ServedModel, request: Request, limit: Limits
) -> None:
    """No replica needs more FLOP/s than its dense peak, nor more memory traffic than its bandwidth,
    nor more memory than it has.
    """
    for one in serve(machine, model, request, limit, GIVEN, tuple(replicas(machine))):
        if one is None:
            continue
        cards, size = one.replica.cards, 2.0 if one.replica.precision == "bf16" else 1.0
        tokens = request.prompt_tokens + request.answer_tokens
        flops = one.requests_per_second * 2 * model.active_parameters * tokens
        assert flops <= dict(machine.tflops)[one.replica.precision] * 1e12 * cards
        batch = one.batch / one.replica.stages
        kept = model.kv_bytes_per_token * size / 2 * batch
        if model.active_parameters == model.parameters:
            read = model.parameters * size + kept * (tokens - request.answer_tokens / 2)
            reach = machine.memory_bandwidth_gb_per_s * 1e9 * one.replica.tensor
            assert read / one.tpot_s <= reach
        held = model.parameters * size + kept * tokens * one.replica.stages
        assert held <= machine.memory_gb * 1e9 * cards


@given(machines, models, requests, limits)
def test_answers_keep_their_limits(
    machine: ServingMachine, model: ServedModel, request: Request, limit: Limits
) -> None:
    """No replica is offered whose tokens come too late, or whose first one does without waiting."""
    for one in serve(machine, model, request, limit, GIVEN, tuple(replicas(machine))):
        if one is None:
            continue
        assert limit.tpot_s is None or request.answer_tokens <= 1 or one.tpot_s <= limit.tpot_s
        assert limit.ttft_s is None or one.ttft_s <= limit.ttft_s
        assert 0 < one.load <= 1
        assert sum(share for _, share in one.parts) == pytest.approx(1)


def erlang_c(places: int, load: float) -> float:
    """Chance that a request finds all places taken (M/M/c), by the recursion of Erlang B."""
    lost = 1.0
    for number in range(1, places + 1):
        lost = load * places * lost / (number + load * places * lost)
    return lost / (1 - load * (1 - lost))


@pytest.mark.parametrize("places", [1, 4, 32, 200])
@pytest.mark.parametrize("waits", [0.05, 0.3, 1.0])
def test_the_headroom_is_enough_by_exact_queueing(places: int, waits: float) -> None:
    """At the load allowed, the exact M/M/c queue keeps 99 % of the requests within the wait, or all
    but a fifth more than the one in a hundred.

    ``waits``: the wait allowed over the time that a request stays.
    """
    rate, stay = float(places), 1.0
    load = float(
        most_load(
            Limits(), 1.0, np.array([float(places)]), np.array([rate]), np.array([waits * stay])
        )[0]
    )
    late = erlang_c(places, load) * math.exp(-(1 - load) * rate * waits)
    assert late <= 0.01 * 1.2
    assert load > 0.01


def test_bursts_and_stricter_percentiles_leave_less() -> None:
    """Burstier arrivals and a higher percentile lower the load, a longer wait raises it."""
    places, rate, wait = np.array([50.0]), np.array([10.0]), np.array([1.0])
    usual = most_load(Limits(), 1.0, places, rate, wait)
    assert most_load(Limits(burstiness=4.0), 1.0, places, rate, wait) < usual
    assert most_load(Limits(percentile=0.999), 1.0, places, rate, wait) < usual
    assert most_load(Limits(), 1.0, places, rate, 2 * wait) > usual
    assert most_load(Limits(), 1.0, places, rate, -wait) == 0


def per_card(name: str, request: Request, limit: Limits, model: str = "gpt-3-175b") -> float:
    """Requests per second and card of the best replica."""
    machine = card(name)
    found = rates(machine, language_model(model), request, limit)
    sizes = [replica.cards for replica in replicas(machine)]
    return max(rate / cards for rate, cards in zip(found, sizes, strict=True))


def test_h20_answers_well_and_reads_badly() -> None:
    """The H20 has the bandwidth of an H100 and a seventh of its arithmetic.

    Proves that it leads where answers are bound by reading weights and keys at 30 ms a token, and
    trails A100 and H100 where prompts are read. Sensitivity: were decode counted by arithmetic
    alone, the H20 would serve a seventh of an H100.
    """
    chat, decode = Request(100, 1000), Limits(ttft_s=2, tpot_s=0.03, queue_rate=5)
    reading = Request(2000, 1)
    assert per_card("h20_sxm_96", chat, decode) > 1.2 * per_card("h100_sxm", chat, decode)
    assert per_card("h20_sxm_96", chat, decode) > 2 * per_card("a100_sxm_80", chat, decode)
    assert per_card("h20_sxm_96", reading, OFFLINE) < 0.6 * per_card(
        "a100_sxm_80", reading, OFFLINE
    )
    assert per_card("h20_sxm_96", reading, OFFLINE) < 0.3 * per_card("h100_sxm", reading, OFFLINE)


def test_small_batches_follow_bandwidth_and_large_ones_arithmetic() -> None:
    """A step of one request takes as long as reading the weights; the ratio of two cards is that of
    their bandwidths, and for a thousand requests that of their peaks.
    """
    model, request = language_model("llama-3.1-8b"), Request(0, 1000)
    bare = replace(
        GIVEN,
        serving_step_ms=0,
        serving_request_us=0,
        serving_token_bytes=0,
        serving_collective_us=0,
    )
    light = replace(model, kv_bytes_per_token=1e-6)

    def step(name: str, batch: float) -> float:
        one = (Replica(1, 1, 1, "bf16"),)
        return float(step_time(card(name), light, request, bare, one, np.array([batch])).mean[0, 0])

    assert step("h100_sxm", 1) / step("h20_sxm_96", 1) == pytest.approx(4000 / 3350)
    assert step("h20_sxm_96", 1000) / step("h100_sxm", 1000) == pytest.approx(989.5 / 148)


def test_the_capped_link_costs_where_cards_share_layers() -> None:
    """A800 and A100 differ by their links alone: one card serves the same, eight serve less."""
    model, request = language_model("llama-3.1-8b"), Request(1000, 200)
    full, capped = (
        rates(card(name), model, request, OFFLINE) for name in ("a100_sxm_80", "a800_sxm_80")
    )
    assert capped[0] == full[0]
    assert 0.7 * full[3] < capped[3] < 0.98 * full[3]


def test_grouped_queries_and_latents_make_room() -> None:
    """Fewer heads of keys and values leave room for more requests; cards beyond those heads hold
    copies, and a latent is split by requests.
    """
    grouped = LLAMA_70B
    request, replica = Request(4000, 1000), (Replica(8, 8, 1, "fp8"),)

    def batch(model: ServedModel) -> int:
        one = serve(H100, model, request, OFFLINE, GIVEN, replica)[0]
        assert one is not None
        return one.batch

    every = replace(grouped, kv_heads=64, kv_bytes_per_token=8 * grouped.kv_bytes_per_token)
    assert batch(grouped) > 5 * batch(every)
    single = replace(grouped, kv_heads=1)
    latent = replace(grouped, kv_heads=None)
    assert batch(single) < batch(latent) / 6
    assert batch(latent) == batch(grouped)


def test_experts_read_what_their_tokens_touch() -> None:
    """With mixed experts one request reads the active weights, very many read all."""
    model = language_model("deepseek-v3")
    bare = replace(GIVEN, serving_step_ms=0, serving_request_us=0, serving_token_bytes=0)
    one = (Replica(1, 1, 1, "fp8"),)
    machine = replace(card("h20_sxm_96", "fp8"), tflops=(("fp8", 1e9),), bf16_tflops=1e9)
    reach = 4000e9 * GIVEN.serving_bandwidth_share
    light = replace(model, kv_bytes_per_token=1e-6)
    time_s = step_time(machine, light, Request(0, 10), bare, one, np.array([1.0, 1e6])).mean[0]
    assert time_s[0] == pytest.approx(37e9 / reach, rel=1e-3)
    assert time_s[1] == pytest.approx(671e9 / reach, rel=1e-3)


def test_memory_that_is_missing_is_counted() -> None:
    """What a card lacks for one request is what the rooms of its replica fall short of."""
    request, replica = Request(1000, 0), Replica(2, 2, 1, "bf16")
    small = replace(H100, memory_gb=60, tflops=(("bf16", 989.5),))
    short = shortage_gb(small, LLAMA_70B, request, GIVEN, replica)
    assert short == pytest.approx(70 + 0.32768 / 2 - 60 * GIVEN.serving_memory_share)
    enough_gb = 60 + short / GIVEN.serving_memory_share
    served = [
        serve(replace(small, memory_gb=memory), LLAMA_70B, request, OFFLINE, GIVEN, (replica,))[0]
        for memory in (enough_gb * 1.0001, enough_gb * 0.9999)
    ]
    assert served[0] is not None
    assert served[1] is None


def test_stages_only_where_a_box_is_too_small() -> None:
    """405B in 16 bits takes two nodes of eight, be they H100 or H20; in FP8 it fits into one."""
    model, request = language_model("llama-3.1-405b"), (Request(500, 500),)

    def sizes(name: str, precision: str) -> set[int]:
        found = configurations(card(name, precision), model, request, OFFLINE, GIVEN)
        return {one.replica.cards for one in found}

    assert sizes("h100_sxm", "bf16") == {16}
    assert sizes("h100_sxm", "fp8") == {8}
    assert sizes("h20_sxm_96", "bf16") == {16}


def configuration(cards: int, precision: str, *served: float) -> Configuration:
    """A configuration with given rates."""
    replica = Replica(cards, cards, 1, precision)
    return Configuration(
        replica,
        tuple(
            Served(replica, rate, 1, 1.0, 0.1, 0.1, (), "compute") if rate else None
            for rate in served
        ),
    )


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3, 4, 8]), st.integers(0, 5), st.integers(0, 5)),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_what_is_dropped_is_never_needed(
    figures: list[tuple[int, int, int]], short: int, long: int
) -> None:
    """The fewest cards for any demand are the same with and without dominated configurations, by
    trying every plan of whole replicas on up to sixteen cards.
    """
    every = [
        configuration(cards, str(number), float(a), float(b))
        for number, (cards, a, b) in enumerate(figures)
        if a or b
    ]
    kept = undominated(every)
    assert fewest(tuple(every), short, long) == fewest(tuple(kept), short, long)


def fewest(offered: tuple[Configuration, ...], short: int, long: int) -> float:
    """Fewest cards of whole replicas that serve both classes, up to sixteen."""
    best = math.inf
    ranges = [range(16 // one.replica.cards + 1) for one in offered]
    for counts in product(*ranges):
        cards = sum(n * one.replica.cards for n, one in zip(counts, offered, strict=True))
        if cards < best and cards <= 16 and enough(offered, counts, short, long):
            best = cards
    return best


def enough(
    offered: tuple[Configuration, ...], counts: tuple[int, ...], short: int, long: int
) -> bool:
    """Whether replicas serve both: those best at long requests by their ratio serve them first."""
    left = float(long)
    served = 0.0
    ordered = sorted(
        zip(counts, offered, strict=True),
        key=lambda pair: -(pair[1].rate(1) / pair[1].rate(0) if pair[1].rate(0) else math.inf),
    )
    for count, one in ordered:
        taken = min(count * one.rate(1), left)
        share = taken / (count * one.rate(1)) if count * one.rate(1) else 0.0
        left -= taken
        served += (1 - share) * count * one.rate(0)
    return left <= 1e-9 and served >= short - 1e-9


@cache
def market() -> list[ServingMachine]:
    """Fifty different machines: cards of the catalogue in boxes of eight and of four."""
    found = []
    for row in CATALOG.accelerators.values():
        known = row.interconnect_gb_per_s and row.pcie_gb_per_s
        machine = machine_of(row, ("bf16", "fp8", "int8"), min(row.scale_up_cards or 1, 8), 8)
        if known and machine is not None:
            found += [machine, replace(machine, box_cards=4)]
    return found[:50]


def test_fifty_offers_and_a_hundred_services_are_quick() -> None:
    """A hundred different services on fifty different machines take 1.4 seconds on two idle cores;
    a computer with other work to do may need several times as long.
    """
    names = ("llama-3.1-70b", "llama-3.1-8b", "llama-2-13b", "falcon-40b")
    kinds = [language_model(name) for name in names]
    assert len(market()) == 50
    start = time.process_time()
    for number in range(100):
        request = (Request(200.0 + number, 300.0),)
        limit = Limits(ttft_s=2, tpot_s=0.1, queue_rate=10.0 + number)
        for machine in market():
            configurations(machine, kinds[number % 4], request, limit, GIVEN)
    assert time.process_time() - start < 8
