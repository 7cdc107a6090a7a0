"""A plan as something people hand over: pages of text, tables, files.

Belongs here: everything that puts plans, answers and facts into a form for readers. Does not belong
here: how plans are found and checked (solver), the command line (cli).
"""
