"""A plan as a document in the reader's language: sections of sentences, tables and charts.

Belongs here: what a document says of a plan, and in which order, before any format. A page and a
memo are rendered from it. Does not belong here: HTML, Markdown (reports.export), the terminal's
page (reports.text), sums (reports.figures, reports.course).
"""
