"""A page to play with: the model behind sliders, served on this machine alone.

`workbench` holds the warm model: catalogs, levers (`levers`), numbers with their sources
(`numbers`), sweeps and weighted draws. `answers` and `task_view` are what the views show,
`band_stream` the bands that follow; `kept` is work that many requests share. `choices` reads what
the page asks for. `server` answers requests, and refuses those that are none of its page; the page
is in `assets`.
"""

from taskmodel.explore.server import Server
from taskmodel.explore.workbench import Workbench

__all__ = ["Server", "Workbench"]
