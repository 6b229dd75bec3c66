"""How Sphinx builds the documentation: `sphinx-build -W docs docs/_build`."""

import contextlib
import importlib.metadata
import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

project = "imaginet_pt"
author = "The imaginet_pt authors"
release = importlib.metadata.version("imaginet_pt")
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "article", "capsule"]
default_role = "code"

# Headings are targets of links, as on other sites that show Markdown.
myst_heading_anchors = 3
# A test runs the notebooks; they are shown with the output that they are kept with.
nb_execution_mode = "off"
suppress_warnings = ["mystnb.unknown_mime_type"]

autodoc_member_order = "bysource"
autodoc_typehints = "none"
add_module_names = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False

# The theme under that of PyMC and PyTensor, whose own adds links to their repositories.
html_theme = "pydata_sphinx_theme"
html_title = "imaginet_pt"
html_show_sourcelink = False
html_theme_options = {"navbar_persistent": ["search-button"], "show_prev_next": True}

# Pages outside docs/, to which its pages link -> the pages of the site that include them.
INCLUDED = {
    "../data/README.md": "data.md",
    "../FIDELITY.md": "fidelity.md",
    "../CHANGELOG.md": "changelog.md",
}


def help_of(command):
    """Return what `imaginet COMMAND --help` prints, a hundred columns wide."""
    from imaginet_pt import __main__
    from imaginet_pt.cli.parser import build_parser

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        build_parser(__main__.COMMANDS, command).parse_args([command, "--help"])
    return printed.getvalue()


def complete(app, page, source):
    """Fill the page `options` with the help of each command; lead links to pages of the site."""
    from imaginet_pt.__main__ import COMMANDS

    if page == "options":
        source[0] += "".join(f"\n## {name}\n\n```text\n{help_of(name)}```\n" for name in COMMANDS)
    for path, included in INCLUDED.items():
        source[0] = source[0].replace(f"]({path})", f"]({included})")


def setup(app):
    """Have Sphinx call `complete`."""
    app.connect("source-read", complete)
