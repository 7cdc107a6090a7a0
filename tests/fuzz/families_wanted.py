"""What is wanted: families of workloads, small.

Belongs here: one function for each, which changes a draft so that the family matters, with figures
that keep plans to a few units. Does not belong here: which families a problem gets (generate).
"""

from datetime import timedelta

from tests.fuzz.draft import Draft, family


@family
def second_workload(draft: Draft) -> None:
    """Two workloads share the cards."""
    draft.add_workload()


@family
def window(draft: Draft) -> None:
    """A job runs in a window of several intervals."""
    job = draft.pick(*draft.all_of("training"), None) or draft.add_job()
    job["window"] = f"{draft.a_day(0.0, 0.4)}..{draft.a_last_day(0.6, 1.0)}"
    job["flop"] = round(job["flop"] * draft.pick(0.4, 0.7))


@family
def repetition(draft: Draft) -> None:
    """A job comes again; an occurrence past the horizon is dropped."""
    job = draft.add_job()
    step = max(2, int((draft.end - draft.start).days * draft.pick(0.3, 0.4, 0.5)))
    last = draft.start + timedelta(days=draft.pick(step - 1, int(step * 1.2)))
    job["window"] = f"{draft.start.isoformat()}..{last.isoformat()}"
    job["every"] = f"{step} days"
    job["flop"] = round(job["flop"] * 0.25)


@family
def memory(draft: Draft) -> None:
    """A job needs the memory of several cards at once."""
    job = draft.add_job()
    job["model"] = "model"
    job["memory"] = "fit"
    job["state_bytes"] = draft.pick(8, 16)


@family
def split(draft: Draft) -> None:
    """Jobs may run on several kinds of card at one site."""
    for job in draft.all_of("training") or [draft.add_job()]:
        job["split"] = True
        job["mfu"] = {"small": "50 %", "large": "45 %"}


@family
def concave_table(draft: Draft) -> None:
    """Utilisation falls with the number of cards."""
    job = draft.add_job()
    table = draft.pick({1: "50 %", 2: "40 %", 6: "30 %"}, {2: "45 %", 4: "44 %", 8: "25 %"})
    job["mfu"] = {"small": table, "large": draft.pick("30 %", {1: "40 %", 4: "30 %"})}


@family
def classes(draft: Draft) -> None:
    """A service with two classes of requests."""
    service = draft.add_service()
    service["classes"] = {
        "short": {"share": "70 %", "prompt_tokens": 1, "answer_tokens": 1},
        "long": {"share": "30 %", "prompt_tokens": 1, "answer_tokens": 3},
    }
    table = [{"short": 4, "long": 1}, {"short": 3}, {"short": 8, "long": 3}]
    service["measured"] = [
        {"name": "s1", "card": "small", "cards": 1, "requests_per_second": draft.pick(*table)},
        {"name": "l1", "card": "large", "cards": 1, "requests_per_second": table[2]},
    ]
    service["requests"] = f"{draft.random.randint(2, 6)} per second"


@family
def two_configurations(draft: Draft) -> None:
    """A service whose replicas come in two sizes on one card."""
    service, card = draft.add_service(), draft.a_card()
    service["measured"] = [
        {"name": "one", "card": card, "cards": 1, "requests_per_second": 2},
        {"name": "pair", "card": card, "cards": 2, "requests_per_second": draft.pick(3, 5)},
    ]


@family
def fractional_replicas(draft: Draft) -> None:
    """Replicas need not be whole."""
    for service in draft.all_of("inference") or [draft.add_service()]:
        service["replicas"] = "fractional"


@family
def utilization(draft: Draft) -> None:
    """Throughput from a share of the peak."""
    service = draft.add_service()
    del service["measured"]
    service.update(
        model="model", prompt_tokens=100, answer_tokens=draft.pick(100, 400), utilization="20 %"
    )
    service["requests"] = f"{draft.pick(3, 5, 8)} per second"
    service["memory"] = draft.pick("fit", "ignore")


@family
def growth(draft: Draft) -> None:
    """Demand grows at calendar steps, or steps over dates."""
    service = draft.pick(*draft.all_of("inference"), None) or draft.add_service()
    if draft.pick(True, False):
        service["growth"] = f"{draft.pick(40, 60)} % per {draft.period}"
        if draft.pick(True, False):
            service["from"] = draft.a_day(0.0, 0.4)
    else:
        low, high = draft.random.randint(1, 3), draft.random.randint(4, 8)
        day = draft.a_day(0.2, 0.8)
        first = draft.start.isoformat()
        service["requests"] = {first: f"{low} per second", day: f"{high} per second"}
        if draft.pick(True, False):
            service["until"] = draft.a_last_day(0.85, 1.0)


@family
def peak(draft: Draft) -> None:
    """Capacity for the peak, energy for the average."""
    for service in draft.all_of("inference") or [draft.add_service()]:
        service["peak_factor"] = draft.pick(1.5, 2)


@family
def reservation_steps(draft: Draft) -> None:
    """Reserved cards change over dates, and may name the cards they want."""
    reservation = draft.add_reservation()
    first, second = draft.random.randint(1, 3), draft.random.randint(0, 4)
    reservation["cards"] = {draft.start.isoformat(): first, draft.a_day(): second}
    if draft.pick(True, False):
        reservation["of"] = [draft.a_card()]
        reservation["until"] = draft.a_last_day(0.9, 1.0)
