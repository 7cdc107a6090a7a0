"""Files and folders appear whole or not at all."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reports import files
from reports.files import OutputError, write_folder, write_whole


def test_a_file_of_bytes_or_text_is_written_whole(tmp_path: Path) -> None:
    """Bytes and text arrive as they are, and nothing is left beside them."""
    write_whole(tmp_path / "a", b"\xff\x00")
    write_whole(tmp_path / "b", "贵州\n")
    assert (tmp_path / "a").read_bytes() == b"\xff\x00"
    assert (tmp_path / "b").read_text("utf-8") == "贵州\n"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_a_folder_has_all_its_files(tmp_path: Path) -> None:
    """A new folder, or one that was empty, holds every file and can be read by others."""
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        write_folder(tmp_path / name, {"a.csv": b"1", "b.csv": b"2"})
        assert {p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} == {
            "a.csv": b"1",
            "b.csv": b"2",
        }
        umask = os.umask(0)
        os.umask(umask)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o777 & ~umask
    assert {path.name for path in tmp_path.iterdir()} == {"new", "empty"}


@pytest.mark.parametrize(
    ("name", "told"),
    [("full", "holds files already"), ("file", "is a file"), ("no/folder", "there is no folder")],
)
def test_nothing_is_replaced(name: str, told: str, tmp_path: Path) -> None:
    """A folder with files in it, or a file, is refused and stays as it is."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=told):
        write_folder(tmp_path / name, {"a.csv": b"1"})
    assert (tmp_path / "full" / "mine").read_text() == "mine"
    assert (tmp_path / "file").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"full", "file"}


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the second file finds no room, neither folder nor half of one is there."""
    real = Path.write_bytes

    def write(path: Path, content: bytes) -> int:
        if path.name == "b.csv":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, content)

    monkeypatch.setattr(files.Path, "write_bytes", write)
    with pytest.raises(OutputError, match="cannot be written: No space"):
        write_folder(tmp_path / "out", {"a.csv": b"1", "b.csv": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_a_device_without_room_is_reported() -> None:
    """`/dev/full` refuses every byte, and the message says so."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(OutputError, match="No space"):
        write_whole(Path("/dev/full"), b"x" * 100_000)


KILLED = """
import sys
from pathlib import Path
from reports import files
real = Path.write_bytes
def write(path, content):
    real(path, content)
    print(path.name, flush=True)
    if path.name == "b.csv":
        sys.stdin.read()
files.Path.write_bytes = write
files.write_folder(Path(sys.argv[1]), {"a.csv": b"1", "b.csv": b"2", "c.csv": b"3"})
"""


def test_a_killed_process_leaves_no_folder(tmp_path: Path, repository: Path) -> None:
    """Killed in the middle of writing, the folder is not there at all."""
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(out)],
        cwd=repository,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(2)] == ["a.csv", "b.csv"]
    assert not out.exists()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    time.sleep(0.05)
    assert not out.exists()
    assert all(path.name.startswith(".out.") for path in tmp_path.iterdir())


KILLED_FILE = """
import os, sys
from pathlib import Path
from reports import files
def replace(name, path):
    print("written", flush=True)
    sys.stdin.read()
files.os.replace = replace
files.write_whole(Path(sys.argv[1]), b"new" * 100_000)
"""


def test_a_killed_process_leaves_the_file_as_it_was(tmp_path: Path, repository: Path) -> None:
    """Killed with everything written but not yet in place, the old file is whole."""
    out = tmp_path / "out.xlsx"
    out.write_bytes(b"old")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_FILE, str(out)],
        cwd=repository,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "written"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert out.read_bytes() == b"old"
    assert all(p == out or p.name.startswith(".out.xlsx.") for p in tmp_path.iterdir())
