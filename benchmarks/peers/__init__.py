"""Published tools for a part of rackmix's work, written anew, and rackmix on the same work.

Belongs here: serving mixes, the peers' formulations, and the comparison. `data/` holds published
cases with their sources. Does not belong here: procurement problems (benchmarks.generate).
"""
