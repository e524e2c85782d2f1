"""Alignment beside capabilities: a catalog in a simulated world, and whether it is sped up before capabilities are.

`alignment_beside` follows a world, takes the compute of its largest training run for the catalog, and tells when what is
reached and how much alignment work has been done by then. The modules, from the bottom: `accumulated` (work as an integral
equation), `inside` (the catalog in the world), `reaching` (when), `together` (what both sides reach, as a dataset).
"""

from taskmodel.takeoff.beside.together import alignment_beside

__all__ = ["alignment_beside"]
