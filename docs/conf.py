"""How `make docs` builds these pages: offline, every code cell executed, warnings as errors."""

import os
import shutil
import sys
from importlib.metadata import version as installed
from pathlib import Path

import matplotlib

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
# cells run the command by its name
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ["COLUMNS"] = "90"
os.environ["IPYTHONDIR"] = str(HERE / "_ext" / "ipython")

# a font that formulas can be set in, since not every system has one: it comes with matplotlib
FONTS = HERE / "_generated" / "fonts"
FONTS.mkdir(parents=True, exist_ok=True)
shutil.copy(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf", FONTS)

project = "taskmodel"
author = "The taskmodel authors"
version = release = installed("taskmodel")
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml", "generated"]
exclude_patterns = ["_build", "_ext"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb", ".rst": "restructuredtext"}
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_title = "taskmodel"
html_static_path = ["_static", "_generated/fonts"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
nitpicky = False
