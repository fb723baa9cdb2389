"""Source text to documents that know their file, line and column.

`discovery` finds the spec files of a repo, `reading` turns a file into plain values as YAML 1.2's
core schema types them, `positions` says where a value stands. Only a report pays for positions:
reading keeps none, and `positions` reads the file again.

What one YAML reader takes for a boolean or a number and another for text is refused here, so that
the later stages, and whoever reads the same file with another tool, see the same values.
"""
