"""A plan as something people hand over: one module for each format.

Belongs here: rendering a verified plan for readers who do not have rackmix. Every module offers
`render(plan, language)`; what it returns is one file's bytes, or the files of a folder by name.
Does not belong here: writing files (reports.files), the terminal (reports.text), solving.
"""
