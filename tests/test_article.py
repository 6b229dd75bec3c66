"""The article is built from the files of results, and says what they say."""

import subprocess
import sys

import pytest
from conftest import ROOT

pytest.importorskip("typst", reason="typst is not installed: '.[docs]'")
TABLE1 = (
    "benchmark,model,rho,95 % interval,seeds,largest p,pairs,paper\n"
    "MEN,VISUAL,{rho},0.3 to 0.5,0.4,0.001,900 of 3000,0.57\n"
)
CLAIMS = "number,claim,section,rule,verdict,evidence\n1,Words agree,4.1,Holds if,holds,rho 0.4\n"


def build(results, pdf, rho="0.401"):
    results.mkdir(exist_ok=True)
    (results / "table1.csv").write_text(TABLE1.format(rho=rho))
    (results / "claims.csv").write_text(CLAIMS)
    (results / "claims.md").write_text("Claims on scenes (synthetic), preset demo, 1 seed\n")
    return run(results, pdf)


def run(results, pdf):
    command = [sys.executable, ROOT / "docs/article/build.py", results, pdf]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_number_of_the_results_is_a_number_of_the_article(tmp_path):
    pages = []
    for i, rho in enumerate(["0.401", "0.401", "0.402"]):
        done = build(tmp_path / "results", tmp_path / f"{i}.pdf", rho)
        assert done.returncode == 0, done.stderr
        pages.append((tmp_path / f"{i}.pdf").read_bytes())
    assert pages[0][:5] == b"%PDF-" and pages[0] == pages[1] != pages[2]


def test_a_folder_without_results_is_refused_in_one_line(tmp_path):
    done = run(tmp_path, tmp_path / "article.pdf")
    assert done.returncode == 1 and not (tmp_path / "article.pdf").exists()
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path}: no claims.csv, claims.md, table1.csv; make them with")
