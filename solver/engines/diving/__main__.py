"""Do the job in job.json; leave answer.json and, where there was a point, plan.bin.

Belongs here: files, standard input. It ends when its standard input does.
"""

import array
import json
import os
import threading
from typing import Any

from .anew import Effort, anew
from .dive import Dive
from .linear import Linear

SAVED, ANSWER, FRESH = "plan.bin", "answer.json", "answer.new"


def main() -> None:
    """Dive, settle anew what is to be, and tell."""
    with open("job.json", encoding="utf-8") as file:
        job = json.load(file)
    linear = opened(job["library"], job["model"], job["time_limit_s"])
    threading.Thread(target=end_with_input, daemon=True).start()
    free = linear.bounds()
    for column, value in job["held"]:
        linear.bound(column, value, value)
    bound = linear.solve()
    answer: dict[str, Any] = {"bound": bound, "whole": False}
    if bound is not None:
        dive = Dive(linear, bound, free)
        answer["whole"] = dive.through(job["stages"])
        if answer["whole"]:
            anew(dive, job["stages"], job["together"], Effort(**job["effort"]))
        with open(SAVED, "wb") as file:
            array.array("d", dive.values).tofile(file)
    with open(FRESH, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(FRESH, ANSWER)  # whole or not at all: the process may be stopped at any moment


def opened(library: str | None, model: str, time_limit_s: float) -> Linear:
    """The model in CLP, where its library is named, or in HiGHS; only that engine is loaded."""
    if library is not None:
        from .clp import Clp

        return Clp(library, model, time_limit_s)
    from .highs import Highs

    return Highs(model, time_limit_s)


def end_with_input() -> None:
    """Nothing of a dive is worth keeping that did not end: stop at once."""
    while os.read(0, 4096):
        pass
    os._exit(3)


if __name__ == "__main__":
    main()
