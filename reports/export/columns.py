"""The columns of the tidy tables: type and meaning, one entry for each name.

Belongs here: what a name means in every table that has it. Does not belong here: which table has
which column (tables).
"""

from typing import Literal, NamedTuple

type Type = Literal["string", "number", "integer", "boolean", "date", "datetime"]


class Column(NamedTuple):
    """What a column holds."""

    type: Type
    description: str
    money: bool = False
    """Whether it is in the plan's currency."""


COLUMNS: dict[str, Column] = {
    "title": Column("string", "Title of the problem."),
    "status": Column("string", "Status: of the plan optimal or feasible, of a card its treatment."),
    "objective": Column("number", "Sum of the present values of the bill.", money=True),
    "bound": Column("number", "No plan is cheaper, as the search proved.", money=True),
    "gap": Column("number", "(objective - bound) / |objective|."),
    "currency": Column("string", "Currency of all money."),
    "discount_rate": Column("number", "Discount rate per year."),
    "start": Column("date", "First day."),
    "end": Column("date", "Last day."),
    "checks": Column("integer", "Comparisons that verification made."),
    "problem_sha256": Column("string", "Hash of the problem."),
    "case": Column("string", "Name of the case."),
    "weight": Column("number", "Weight of the case; all of them add up to 1."),
    "shown_here": Column("boolean", "Whether the other tables are those of this case."),
    "case_cost": Column("number", "What the plan of the case costs.", money=True),
    "known_low": Column(
        "number", "Were the case known from the start, no plan costs less ...", money=True
    ),
    "known_high": Column("number", "... and one costs this.", money=True),
    "price_low": Column("number", "Not knowing the case costs at least this in it ...", money=True),
    "price_high": Column("number", "... and at most this.", money=True),
    "period": Column("string", "Label of the period."),
    "interval": Column("integer", "Number of the interval."),
    "from": Column("datetime", "First moment."),
    "until_moment": Column("datetime", "First moment after it."),
    "ordered": Column("date", "Day of the order: delivery minus lead time."),
    "delivered": Column("date", "Day of the delivery."),
    "until": Column("date", "First day after a lease; empty for purchases."),
    "site": Column("string", "Where it stands; for vendor-hosted leases the offer."),
    "offer": Column("string", "The offer, for parts of a fabric the fabric."),
    "item": Column("string", "The accelerator, node, host or part."),
    "kind": Column("string", "card, node, host or fabric."),
    "vendor": Column("string", "Who sells it."),
    "box": Column("string", "What cards sit in; for fabrics the line."),
    "lease": Column("boolean", "Whether it is leased."),
    "quantity": Column("number", "Units."),
    "unit_price": Column(
        "number", "Price of a unit before discount, per hour for leases.", money=True
    ),
    "discount": Column("number", "Discount as a fraction."),
    "amount": Column("number", "Nominal amount.", money=True),
    "cards": Column("number", "Cards."),
    "quarter": Column("string", "Calendar quarter of the delivery."),
    "term": Column("string", "Term of the bill."),
    "hours": Column("number", "Hours billed of a lease, 1 for purchases."),
    "extras": Column("number", "VAT, freight and the like.", money=True),
    "surcharge": Column("number", "Surcharge of an export rule.", money=True),
    "fee": Column("number", "Share of the fixed fee of the delivery.", money=True),
    "total": Column("number", "All that the line costs.", money=True),
    "date": Column("date", "Day of the payment."),
    "day": Column("number", "Days from the start to the payment, by which it is discounted."),
    "present_value": Column("number", "Amount times (1 + rate)^(-day/365).", money=True),
    "count": Column("number", "Units installed."),
    "pool": Column("string", "Site, box and card of the pool."),
    "installed": Column("number", "Cards installed."),
    "working": Column("number", "Cards without spares and those under repair."),
    "held": Column("number", "Cards held by jobs, replicas and reservations."),
    "most_held": Column("number", "Cards held in the busiest interval."),
    "utilisation": Column("number", "Held over working cards."),
    "load_kw": Column("number", "Everything installed under load, kW."),
    "cap_kw": Column("number", "Power cap, kW; empty without one."),
    "draw_kw": Column("number", "Highest average draw of an interval, kW."),
    "kwh": Column("number", "Energy, kWh."),
    "peak_kw": Column("number", "Highest average draw of an interval, kW."),
    "cost": Column("number", "Cost of the energy, without demand charge.", money=True),
    "job": Column("string", "Training job."),
    "occurrence": Column("integer", "Number of the occurrence, from 1."),
    "work_done": Column("number", "Work done, PFLOP/s-days."),
    "service": Column("string", "Inference service."),
    "configuration": Column("string", "Configuration of the replicas."),
    "replicas": Column("number", "Replicas."),
    "class": Column("string", "Class of requests."),
    "rate": Column("number", "Peak rate, requests per second."),
    "reservation": Column("string", "Reservation."),
    "destination": Column("string", "Country of destination."),
    "first_delivery": Column("date", "First delivery judged alike."),
    "last_delivery": Column("date", "Last delivery judged alike."),
    "card": Column("string", "The accelerator."),
    "tpp": Column("number", "Total processing performance: dense TOPS x bits."),
    "performance_density": Column("number", "TPP over applicable die area, per mm2."),
    "io_gb_per_s": Column("number", "Sum over all inputs and outputs, GB/s."),
    "interconnect_gb_per_s": Column("number", "Scale-up links, both directions, GB/s."),
    "rule": Column("string", "The rule that decided."),
    "reason": Column("string", "The figures that decided."),
    "citation": Column("string", "Where the rule is written."),
    "family": Column("string", "Family of constraints."),
    "where": Column("string", "Path in the problem file."),
    "message": Column("string", "What holds there."),
    "number": Column("integer", "Running number."),
    "assumption": Column("string", "The assumption."),
    "table": Column("string", "Table of the catalogue."),
    "id": Column("string", "Row of the table."),
    "figure": Column("string", "Figure of the row."),
    "value": Column("string", "Value, as JSON where it is no text."),
    "source": Column("string", "Where the figures come from."),
    "date_of_source": Column("string", "When they held."),
    "confidence": Column("string", "How sure they are."),
}
"""By name."""
