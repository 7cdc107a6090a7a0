"""Files that appear whole or not at all.

Belongs here: writing the text of a finished report to a file. Does not belong here: what the text
says, printing (terminal).
"""

import contextlib
import os
import tempfile
from pathlib import Path


class OutputError(OSError):
    """A file cannot be written; its text names the file and says why."""


def refuse_unwritable(path: Path) -> None:
    """Raise OutputError for a file that could not be written, before any work is done for it."""
    if not path.name:
        raise OutputError("a plan needs the name of a file")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: name a file in it")
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise OutputError(f"{path} cannot be written: permission denied")


def write_whole(path: Path, text: str, *, overwrite: bool = True) -> None:
    """Write a file by way of a temporary one beside it, so that it is never there in part.

    Raises OutputError naming the file and the reason. Devices and pipes are written directly.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        _write_beside(path, text, overwrite)
    except FileExistsError:
        raise OutputError(f"{path} exists already: name another file") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from None


def _write_beside(path: Path, text: str, overwrite: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask)
        if overwrite:
            os.replace(name, path)
        else:
            os.link(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
