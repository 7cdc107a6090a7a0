"""Speed and quality: generated problems, and rackmix beside raw engines and published peers.

Belongs here: what measures the product. Does not belong here: anything the product needs to run.
"""
