"""The template, style and script of a page.

Belongs here: data files that reports.export.page puts together. Does not belong here: code.
"""
