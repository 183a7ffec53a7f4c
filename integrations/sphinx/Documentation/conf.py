# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the example needs beside what Documentation/conf.py of a kernel tree has."""

import os
import sys

sys.path.insert(0, os.path.abspath("sphinx"))

project = "A race in the kernel's documentation"
extensions = ["page_race", "sphinxcontrib.cairosvgconverter"]
exclude_patterns = ["output"]
html_theme = "alabaster"
# The folder `embed` of a build of Pagerace.
html_static_path = ["../../../dist/embed"]

pagerace_command = os.environ.get("PAGERACE", "pagerace")
# Where "Open in Pagerace" leads.
pagerace_page = os.environ.get("PAGERACE_PAGE", "https://pagerace.example/")
