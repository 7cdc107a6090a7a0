"""What all tests share: where the repository is, a plain terminal, repeatable random data.

Helpers of one room's tests do not belong here.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, whatever the machine: a red test is red for everybody.
settings.register_profile("repeatable", derandomize=True, deadline=None)
# New examples in every run, many of them; what fails is printed with the way to repeat it.
settings.register_profile(
    "fuzz",
    max_examples=1000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root folder of the checkout."""
    return REPOSITORY


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """An 80-column terminal without wishes about colour, whoever runs the tests."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
