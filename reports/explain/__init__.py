"""What `rackmix explain` shows: conflicts, cures, and why a change alone is not enough.

Belongs here: the page and the JSON document of an explanation. Does not belong here: finding them
(solver.explain).
"""

from reports.explain.conflict import explanation_json, render_explanation

__all__ = ["explanation_json", "render_explanation"]
