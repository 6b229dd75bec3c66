"""The templates of pages and model cards, and their filling-in by Jinja.

Each template is a `.jinja` file of this folder; `page.html.jinja` is what all pages share.
What goes into them is prepared by `reports` and `runs`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import markupsafe


def render(name: str, content: Mapping[str, Any]) -> str:
    """Fill in the template `name` with `content`; in HTML all text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=jinja2.select_autoescape(["html.jinja"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["headings"] = headings
    return environment.get_template(name).render(content)


def headings(body: str) -> list[tuple[str, markupsafe.Markup]]:
    """List the id and the text of each section's heading in a page, as HTML."""
    found = re.findall(r'<h2 id="([^"]+)">(?:<a [^>]*>#</a>)?(.*?)</h2>', body, re.DOTALL)
    return [(name, markupsafe.Markup(text)) for name, text in found]
