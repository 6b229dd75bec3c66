"""Pages and texts from templates of this folder, by Jinja."""

from pathlib import Path

import jinja2


def render(name, content):
    """The template `name` filled in with `content`, a dict; in HTML all text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=jinja2.select_autoescape(["html.jinja"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(content)
