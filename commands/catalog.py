"""`rackmix catalog`: the facts with their sources, and what the rules make of every card."""

from datetime import date
from typing import Any

import click

from commands.options import debug_option, format_option


@click.command()
@click.argument("table", required=False)
@click.argument("name", required=False)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Rules: the day to judge on.")
@click.option("--to", "destination", metavar="CC", help="Rules: the destination country.")
@click.option("--headquarters", metavar="CC", help="Rules: where the buyer has its headquarters.")
@format_option
@debug_option
@click.pass_context
def catalog(
    ctx: click.Context,
    table: str | None,
    name: str | None,
    on: Any,
    destination: str | None,
    headquarters: str | None,
    output_format: str,
) -> None:
    """Show the facts with their sources, or classify every card with `catalog rules --to CC`.

    TABLE is one of accelerators, nodes, hosts, fabrics, tariffs, models, carbon and rules; with
    NAME every figure of one row is shown.
    """
    from catalogs import load_catalog
    from reports.catalog import render_rules, render_table, rules_rows, table_rows
    from reports.terminal import json_text, print_json, print_report

    if destination is None and (on or headquarters):
        raise click.UsageError("--on and --headquarters need --to, the destination country", ctx)
    if destination and table != "rules":
        raise click.UsageError("--to goes with `rackmix catalog rules`", ctx)
    facts = load_catalog()
    if destination:
        day = on.date() if on else date.today()
        owner = headquarters.upper() if headquarters else None
        query = (facts, "us-bis", day, destination.upper(), owner, name)
        rows, report = rules_rows(*query), render_rules(*query)
    else:
        rows, report = table_rows(facts, table, name), render_table(facts, table, name)
    if output_format == "json":
        print_json(json_text(rows))
    else:
        print_report(report)
