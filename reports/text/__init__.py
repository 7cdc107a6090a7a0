"""A plan as a page of text, for a terminal or a pipe.

Belongs here: the order of the sections: first what a payer decides on, the orders in all and the
money, then the order book, then what runs where, then the reasons. Does not belong here: what any
of them says; other formats.
"""

from collections.abc import Sequence

from reports.text import bill, charts, headline, orders, remarks, workloads
from reports.text.failure import render_infeasible, render_no_plan
from reports.text.page import Page
from reports.text.remarks import Baseline
from solver.plan import Plan


def render_plan(
    plan: Plan, width: int | None = None, *, baselines: Sequence[Baseline] = ()
) -> Page:
    """The page of a plan, to be printed by a rich console.

    As wide as the console, at most `width` columns; nothing is cut off down to 40 columns. Every
    figure is a sum, share or rounding of fields of the plan.
    """
    return Page(
        (
            headline.headline(plan),
            headline.standing(plan),
            orders.bought(plan),
            orders.leased(plan),
            charts.deliveries(plan),
            bill.bill(plan),
            bill.years(plan),
            orders.order_schedule(plan),
            orders.lease_schedule(plan),
            orders.fabric_schedule(plan),
            workloads.training(plan),
            workloads.serving(plan),
            workloads.reservations(plan),
            workloads.cards(plan),
            bill.electricity(plan),
            charts.power(plan),
            remarks.excluded(plan),
            remarks.binding(plan),
            remarks.assumptions(plan),
            remarks.advisories(plan),
            remarks.comparisons(plan, baselines),
            remarks.verification(plan),
        ),
        width,
    )


__all__ = ["Baseline", "Page", "render_infeasible", "render_no_plan", "render_plan"]
