"""The paper's published numbers beside measured ones, on items made so that the answer is known."""

import numpy as np
import pandas as pd
from judged_items import LIKE_THE_PAPER, N, table1

from imaginet_pt.evaluation.bootstrap import Estimate
from imaginet_pt.evaluation.word_similarity import WordSimilarity
from imaginet_pt.replication import claims, published
from imaginet_pt.replication import table1 as first_table
from imaginet_pt.replication.results import PUBLISHED, Result


def results(tmp_path, cosines=LIKE_THE_PAPER, benchmarks=("SimLex-999", "MEN")):
    """Results with items of Table 1, and Table 2 where VISUAL scores 0.38, the others nothing."""
    pd.DataFrame({"words": [393], "images": [1000]}).to_csv(tmp_path / "table2.csv", index=False)
    right = {"VISUAL": 0.38, "MULTITASK": 0, "LINREG": 0}
    words = pd.concat(
        pd.DataFrame({"word": np.arange(N), "accuracy@5": np.arange(N) < share * N}).assign(
            model=model, seed=1
        )
        for model, share in right.items()
    )
    items = {"table1": table1(cosines, benchmarks), "table2": words}
    return {name: Result(name, "", "", frame, []) for name, frame in items.items()}


REASONS = {"flickr30k": "no Flickr30K", "table2": "no images"}


def numbers(results, tmp_path, **incomparable):
    table = published.table(results, tmp_path, REASONS, incomparable)
    return table.set_index(["place", "row", "column"])


def test_every_published_number_has_a_verdict(tmp_path):
    found = numbers(results(tmp_path, benchmarks=["SimLex-999"]), tmp_path)["verdict"]
    assert len(found) == len(PUBLISHED["numbers"])
    assert found["Table 2", "VISUAL", "accuracy@5"] == "agrees"
    assert found["Table 2", "LINREG", "accuracy@5"] == "differs"
    assert found["Section 4.1", "all", "words"] == "agrees"
    assert found["Section 4.1", "all", "images"] == "differs"
    assert found["Table 1", "VISUAL", "MEN"].startswith("not run: give --men FILE")
    assert found["Section 4.2", "MULTITASK", "Flickr30K accuracy@5"] == "not run: no Flickr30K"
    assert found["Section 4.2", "Mao et al. 2014", "Flickr30K accuracy@5"] == published.CITED


def test_numbers_on_other_data_are_not_comparable(tmp_path):
    why = "flickr8k"
    found = numbers(results(tmp_path, benchmarks=["SimLex-999"]), tmp_path, table1=why)
    found = found[found["measured"] != ""]
    assert set(found.loc["Table 1"]["verdict"]) == {""}
    assert published.describe_mismatches({"table1": why}).endswith("table1, flickr8k.")
    assert len(found.loc["Table 1"]) == 5


def test_without_a_benchmark_of_the_papers_no_p_is_measured(tmp_path):
    found = numbers(results(tmp_path, benchmarks=["mine"]), tmp_path)
    number = found.loc[("Table 1", "all", "p below")]
    assert number["measured"] == "" and number["verdict"].startswith("not run: ")


def test_all_p_values_must_be_below_the_papers(tmp_path):
    _, largest = published.MEASURES["Table 1", "p below"]
    for noise, below in ((4, True), (1000, False)):
        result = results(tmp_path, LIKE_THE_PAPER | {"LINREG": noise})["table1"]
        found = largest(result, tmp_path, "all", "p below")
        assert (found.low <= 0.01 <= found.high) == below


def test_the_tolerance_is_half_a_unit_of_the_last_digit():
    ours = Estimate(0.3, 0.29, 0.315)
    words = [published.agreement(ours, paper) for paper in (0.2849, 0.2851, 0.3199, 0.3201)]
    assert words == ["differs", "agrees", "agrees", "differs"]


def test_one_quantity_has_one_estimate_and_interval_everywhere(tmp_path):
    items = table1(LIKE_THE_PAPER)
    seeds = [WordSimilarity(0.5, 0.001, 0.4, 0.6, N, N, items)]
    shown = first_table.table_row(items.iloc[::-1], "SimLex-999", "VISUAL", seeds, "")
    claim = claims.judge(claims.CLAIMS[0], {"table1": items}, {}).parts[0]
    number = numbers({"table1": Result("table1", "", "", items, [])}, tmp_path)
    number = number.loc["Table 1", "VISUAL", "SimLex-999"]
    assert claim.figures.startswith(f"{shown['rho']} ({shown['95 % interval']})")
    assert number["measured"] == shown["rho"] and number["verdict"] == shown["verdict"]
