"""The command line in this process, for the tests of commands."""

from click.testing import CliRunner, Result

import cli


def rackmix(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli.main, [str(each) for each in arguments], prog_name="rackmix")
