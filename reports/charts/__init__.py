"""Charts of Vega-Altair, of plans and of studies, in one style.

Belongs here: specifications of charts, the theme, and their way to SVG. Does not belong here: the
figures they show (reports.frames), pages that hold them (reports.export).
"""
