"""Pages and texts from templates of this folder, by Jinja."""

from pathlib import Path

import jinja2


def render(name, content, *folders):
    """The template `name` filled in with `content`, a dict; in HTML all text is escaped.

    folders: where to look for templates before this folder.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, Path(__file__).parent]),
        autoescape=jinja2.select_autoescape(["html.jinja"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(content)
