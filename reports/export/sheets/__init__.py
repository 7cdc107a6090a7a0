"""The sheets of the workbook, by what they are about.

    book       cells, tables, formats, print set-up
    orders     what is ordered, line by line and by quarter
    money      bill, cash flow, present values
    machines   fleet, utilisation, power, electricity
    papers     compliance, exclusions, assumptions, sources, the problem
    summary    the first page

Belongs here: what stands in which cell. Does not belong here: the figures (worked, rulings).
"""
