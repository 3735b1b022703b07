"""Sphinx configuration. The reference is generated from the models and the CLI before each build."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from docs.generate import write_reference

from deployer import __version__

project = "deployer"
author = "the deployer authors"
copyright = "2026, the deployer authors"
release = version = __version__

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]

html_theme = "sphinx_book_theme"
html_title = "deployer"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_theme_options = {"show_navbar_depth": 2, "home_page_in_toc": True}

write_reference(Path(__file__).parent / "reference" / "generated")
