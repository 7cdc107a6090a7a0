"""Serving by hand: the two services of estimated_serving.yaml, beside and apart from the estimate.

Belongs here: one node that holds the model over its eight cards, in plain numbers, every batch
tried, queueing by bisection. Does not belong here: choosing replicas; nothing is imported from
rackmix, and the calibration's figures are written out, so that a change of either shows.
"""

from dataclasses import dataclass
from math import ceil, log, sqrt

COMPUTE, BANDWIDTH, LINK, MEMORY = 0.779, 0.835, 0.444, 0.885
"""Shares of peak, memory bandwidth, link bandwidth and memory that serving reaches."""
TOKEN_BYTES, STEP_S, REQUEST_S, JOIN_S = 87.1, 4.16e-3, 10.4e-6, 31.1e-6
"""Memory traffic of a token, layer and unit of width; the engine's time; a collective's."""
BAND_LOW = 0.821
"""What nine of ten measurements reach of their estimate."""
WAITING = 0.01
"""Share of the requests that may wait longer."""
CARDS = 8
PARAMETERS, LAYERS, WIDTH, KEPT = 175e9, 96, 12288, 4718592
"""GPT-3 in 16 bits: keys and values of a token take 2·2·96·12288 bytes."""


@dataclass(frozen=True)
class Card:
    """FLOP/s at 16 bits, bytes, bytes/s of the memory and of the link in both directions."""

    peak: float
    memory: float
    bandwidth: float
    link: float


H20 = Card(148e12, 96e9, 4000e9, 900e9)
H100 = Card(989.5e12, 80e9, 3350e9, 900e9)


@dataclass(frozen=True)
class Service:
    """Requests per second with their lengths and limits in seconds."""

    rate: float
    prompt: float
    answer: float
    ttft: float
    tpot: float | None


CHAT = Service(6.5, 100, 1000, 2, 0.030)
READING = Service(20, 2000, 1, 1.5, None)


def replica_rate(card: Card, service: Service) -> float:
    """Requests per second of a node: the best batch that fits and keeps to the limits."""
    free = CARDS * card.memory * MEMORY - 2 * PARAMETERS
    most = int(free / (KEPT * (service.prompt + service.answer)))
    return max((loaded(card, service, batch) for batch in range(1, most + 1)), default=0.0)


def loaded(card: Card, service: Service, batch: int) -> float:
    """Requests per second with so many at once, less what queueing asks for."""
    mean, reading = step(card, service, batch)
    if service.tpot is not None and mean > service.tpot:
        return 0.0
    wait = service.ttft - mean - reading
    rate = batch / (service.answer * mean)
    return rate * load(batch, max(rate, service.rate), wait) if wait > 0 else 0.0


def step(card: Card, service: Service, batch: int) -> tuple[float, float]:
    """Seconds of a mean step, and of one in which prompts are read."""
    flops, reach = CARDS * card.peak * COMPUTE, CARDS * card.bandwidth * BANDWIDTH
    started = batch / service.answer
    share = min(1.0, started)
    prompt = service.prompt * started / share
    weights = 2 * PARAMETERS / reach
    kept = KEPT * batch * (service.prompt + service.answer / 2) / reach
    sent = 2 * 2 * (CARDS - 1) / CARDS * 2 * WIDTH * LAYERS / (card.link / 2 * LINK)
    each = TOKEN_BYTES * WIDTH * LAYERS / reach + sent
    fixed = STEP_S + REQUEST_S * batch + 2 * LAYERS * JOIN_S
    plain = max(2 * PARAMETERS * batch / flops, weights)
    mixed = max(2 * PARAMETERS * (batch + prompt) / flops, weights)
    mixed += 2 * LAYERS * WIDTH * service.prompt * prompt / flops + each * prompt
    rest = kept + each * batch + fixed
    return share * mixed + (1 - share) * plain + rest, mixed + rest


def load(places: int, rate: float, wait: float) -> float:
    """Highest load whose requests wait longer than that in one case of a hundred, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        late = (sqrt(2 * (places + 1)) - 1) * log(middle) - (1 - middle) * rate * wait
        low, high = (middle, high) if late < log(WAITING) else (low, middle)
    return low


def nodes(card: Card, service: Service, share: float = 1.0) -> int:
    """Nodes that serve it all, at a share of the estimate."""
    return ceil(service.rate / (replica_rate(card, service) * share))
