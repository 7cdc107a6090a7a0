"""The command line: the group of all commands and where each of them lives.

Belongs here: the list of commands. Does not belong here: what they do (commands) or decide.
"""

import click

from commands.options import debug_option
from commands.program import Program

HOMES = {
    "solve": "commands.solve",
    "validate": "commands.files",
    "new": "commands.files",
    "schema": "commands.files",
    "check": "commands.check",
    "whatif": "commands.whatif",
    "alternatives": "commands.alternatives",
    "sweep": "commands.sweep",
    "explain": "commands.explain",
    "estimate": "commands.estimate",
    "export": "commands.export",
    "catalog": "commands.catalog",
}


@click.group(cls=Program, homes=HOMES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rackmix", message="%(prog)s %(version)s")
@debug_option
def main() -> None:
    """Find the cheapest mix of accelerator cards and nodes to buy, and prove how close it is."""


if __name__ == "__main__":
    main(prog_name="rackmix")
