"""Do the job in job.json; leave answer.json and, where there was a point, plan.bin.

Belongs here: files, standard input. It ends when its standard input does.
"""

import array
import json
import os
import threading
from typing import Any

import highspy

from .anew import Effort, anew
from .dive import MOVE_ITERATIONS, Dive, bounds_of, solved

SAVED, ANSWER, FRESH = "plan.bin", "answer.json", "answer.new"


def main() -> None:
    """Dive, settle anew what is to be, and tell."""
    with open("job.json", encoding="utf-8") as file:
        job = json.load(file)
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("time_limit", job["time_limit_s"])
    if highs.readModel(job["model"]) == highspy.HighsStatus.kError:
        raise SystemExit("HiGHS could not read the model")
    threading.Thread(target=end_with_input, daemon=True).start()
    free = bounds_of(highs)
    for column, value in job["held"]:
        highs.changeColBounds(column, value, value)
    bound = solved(highs)
    answer: dict[str, Any] = {"bound": bound, "whole": False}
    if bound is not None:
        highs.setOptionValue("simplex_iteration_limit", MOVE_ITERATIONS)
        dive = Dive(highs, free)
        answer["whole"] = dive.through(job["stages"])
        if answer["whole"]:
            anew(dive, job["stages"], job["together"], Effort(**job["effort"]))
        with open(SAVED, "wb") as file:
            array.array("d", dive.values).tofile(file)
    with open(FRESH, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(FRESH, ANSWER)  # whole or not at all: the process may be stopped at any moment


def end_with_input() -> None:
    """Nothing of a dive is worth keeping that did not end: stop at once."""
    while os.read(0, 4096):
        pass
    os._exit(3)


if __name__ == "__main__":
    main()
