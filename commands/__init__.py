"""The commands, one module each: parse, call, print, exit code; no decision and no layout.

Imports of the rooms stand inside the commands, so that help and a mistyped option cost nothing.
"""
