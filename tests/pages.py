"""What tests of pages share: the page without the one script that is ours."""

from conftest import ROOT

SCRIPT = (ROOT / "imaginet_pt/templates/page.js.jinja").read_text(encoding="utf-8")


def without_script(page):
    """The page without its own script, which must be there once and to the letter."""
    assert page.count(SCRIPT) == 1
    before, after = page.split(SCRIPT)
    assert before.endswith("<script>\n") and after.startswith("</script>")
    return before.removesuffix("<script>\n") + after.removeprefix("</script>")
