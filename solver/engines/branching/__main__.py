"""Do the job in job.json: tell of the bound as it rises, and leave the point of the first leaf.

Belongs here: files, standard input and output. It ends when its standard input does.
"""

import array
import json
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from .choice import Choice
from .relaxation import Relaxation, Vector
from .tree import Tree

JOB, CUTOFF, POINT = Path("job.json"), Path("cutoff"), Path("leaf.bin")


def main() -> None:
    """Branch until the end or a limit."""
    job: dict[str, Any] = json.loads(JOB.read_text())
    threading.Thread(target=end_with_input, daemon=True).start()
    relaxation = Relaxation(job["model"], job["time_limit_s"])
    choice = Choice(relaxation, job["groups"], job["stages"])
    news = News()
    tree = Tree(relaxation, choice, news.cutoff, news.tell, news.leaf)
    news.tree = tree
    ended = tree.run(job["nodes"])
    news.say(ended=ended)


def end_with_input() -> None:
    """All that is known was told: stop at once."""
    while os.read(0, 4096):
        pass
    os._exit(3)


class News:
    """What goes in and out while the tree grows."""

    def __init__(self) -> None:
        self.tree: Tree | None = None
        self._cutoff = math.inf
        self._read = 0
        self._bound = -math.inf
        self._leaf = False

    def cutoff(self) -> float:
        """The cost of the best plan that is known; it falls when the file is written anew."""
        try:
            when = CUTOFF.stat().st_mtime_ns
        except FileNotFoundError:
            return self._cutoff
        if when != self._read:
            self._read = when
            self._cutoff = min(self._cutoff, float(CUTOFF.read_text()))
        return self._cutoff

    def tell(self, bound: float, open_: int) -> None:
        """Say that the bound has risen."""
        if math.isinf(self._bound) or bound > self._bound + 1e-7 * abs(self._bound):
            self._bound = bound
            self.say(bound=bound, open=open_)

    def leaf(self, values: Vector) -> None:
        """Keep the point of the first leaf."""
        if not self._leaf:
            self._leaf = True
            POINT.write_bytes(array.array("d", values).tobytes())
            self.say(leaf=True)

    def say(self, **words: Any) -> None:
        """Write a line."""
        nodes = 0 if self.tree is None else self.tree.nodes
        line = {**words, "nodes": nodes, "seconds": time.process_time()}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
