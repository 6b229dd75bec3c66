"""Build the replication article from a folder of results.

    python docs/article/build.py runs/mine article.pdf

The folder is one that `python replicate/run_all.py --out runs/mine` has filled. All numbers and
figures of the article are read from its files.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import typst

ARTICLE = Path(__file__).with_name("article.typ")
NEEDED = ("claims.csv", "claims.md", "table1.csv")
OPTIONAL = ("table2.csv", "figure2.svg", "figure3.svg")


def build(results: Path, pdf: Path) -> None:
    """Write the article on `results` as a PDF."""
    missing = [name for name in NEEDED if not (results / name).is_file()]
    if missing:
        made = f"make them with replicate/run_all.py --out {results}"
        sys.exit(f"{results}: no {', '.join(missing)}; {made}")
    names = [*NEEDED, *(name for name in OPTIONAL if (results / name).is_file())]
    with tempfile.TemporaryDirectory() as folder:
        for path in (ARTICLE, *(results / name for name in names)):
            shutil.copy(path, folder)
        inputs = {"results": ".", "files": ",".join(names)}
        pdf.write_bytes(typst.compile(Path(folder, ARTICLE.name), sys_inputs=inputs))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="folder that replicate/run_all.py has filled")
    parser.add_argument("pdf", type=Path, help="file to write")
    args = parser.parse_args()
    build(args.results, args.pdf)
