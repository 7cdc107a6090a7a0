"""The program around the commands: exit codes, errors as messages, commands loaded on first use.

Belongs here: what each ending means to the shell. Does not belong here: any single command.
"""

import os
import sys
import traceback
from collections.abc import Mapping
from enum import IntEnum
from importlib import import_module
from typing import IO, Any, ClassVar

import click


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    """What was asked for is done; for `solve`: a verified plan is there."""
    BAD_INPUT = 2
    """A file, an option or a fact has to be changed first."""
    INFEASIBLE = 3
    """Confirmed: no plan can meet the demand within the limits."""
    NO_PLAN_FOUND = 4
    """A limit stopped the search before any plan was found."""
    FAILED = 5
    """The solver failed, a plan did not pass verification, or rackmix has a fault."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output stopped reading; 128 + SIGPIPE, as for other programs."""


EXIT_CODES = {
    "optimal": ExitCode.DONE,
    "feasible": ExitCode.DONE,
    "infeasible": ExitCode.INFEASIBLE,
    "no_plan_found": ExitCode.NO_PLAN_FOUND,
    "error": ExitCode.FAILED,
}
"""By the status of an answer."""


class BadInput(click.ClickException):
    """Something that the caller has to change."""

    exit_code: ClassVar[int] = ExitCode.BAD_INPUT

    def show(self, file: IO[Any] | None = None) -> None:
        """Show the message as it is, so that editors find file and line at its beginning."""
        click.echo(self.message, file=file, err=True)


class Failure(click.ClickException):
    """Something that is not the caller's fault."""

    exit_code: ClassVar[int] = ExitCode.FAILED


class Program(click.Group):
    """The group of all commands; turns every ending into a message and an exit code.

    ``homes`` says in which module of this package each command lives, in the order of the help.
    """

    def __init__(self, *args: Any, homes: Mapping[str, str], **extra: Any) -> None:
        """Take the commands' homes; no command is imported yet."""
        super().__init__(*args, **extra)
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(self.homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name; None where there is none."""
        if cmd_name not in self.homes:
            return None
        command: click.Command = getattr(import_module(self.homes[cmd_name]), cmd_name)
        return command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the program; in standalone mode exit with one of `ExitCode`."""
        if not extra.get("standalone_mode", True):
            return super().main(*args, **extra)
        for name in ("stdout", "stderr"):
            if getattr(sys, name) is None:  # the caller closed it: what goes there is not wanted
                setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - open until the end
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("Interrupted.", err=True)
            code = ExitCode.INTERRUPTED
        sys.exit(code or ExitCode.DONE)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors come out as click's, with a traceback only under `--debug`."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
            return code
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            from reports.terminal import silence_stdout

            silence_stdout()
            return ExitCode.BROKEN_PIPE
        except Exception as error:
            if ctx.meta.get("debug"):
                traceback.print_exc()
            raise as_click_error(error) from error


def as_click_error(error: Exception) -> click.ClickException:
    """Return the error as one that click shows and that carries the exit code."""
    from catalogs import CatalogError
    from problems import InputError
    from reports.files import OutputError
    from solver import PlanError

    if isinstance(error, InputError | CatalogError | PlanError | OutputError):
        return BadInput(str(error))
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return Failure(f"{place}{error.strerror}")
    return Failure(f"rackmix failed: {type(error).__name__}: {error} (--debug shows where)")
