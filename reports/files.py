"""Files and folders that appear whole or not at all.

Belongs here: writing a finished report to a file, and a set of files to a folder. Does not belong
here: what the reports say, printing (terminal).
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
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


def refuse_unwritable_folder(path: Path) -> None:
    """Raise OutputError for a folder that could not be made, before any work is done for it.

    A folder that holds anything is never replaced: what is in it may be somebody's only copy.
    """
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path} is a file: name a folder that is to be made")
    if path.is_dir() and any(path.iterdir()):
        raise OutputError(f"{path} holds files already: name a folder that is to be made")
    if not path.absolute().parent.is_dir():
        raise OutputError(f"{path} cannot be made: there is no folder {path.parent}")
    if not os.access(path.absolute().parent, os.W_OK):
        raise OutputError(f"{path} cannot be made: permission denied")


def write_whole(path: Path, content: str | bytes, *, overwrite: bool = True) -> None:
    """Write a file by way of a temporary one beside it, so that it is never there in part.

    Raises OutputError naming the file and the reason. Devices and pipes are written directly.
    """
    content = content.encode() if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        _write_beside(path, content, overwrite)
    except FileExistsError:
        raise OutputError(f"{path} exists already: name another file") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from None


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder with these files by way of a temporary one beside it: all of them or none.

    Raises OutputError naming the folder and the reason, also where it holds files already.
    """
    path = path.absolute()
    refuse_unwritable_folder(path)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            for name, content in files.items():
                (made / name).write_bytes(content)
            made.chmod(0o777 & ~_umask())
            # A folder is only replaced by a rename where it is empty.
            os.rename(made, path)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from None


def _write_beside(path: Path, content: bytes, overwrite: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = _umask()
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~mask)
        if overwrite:
            os.replace(name, path)
        else:
            os.link(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
