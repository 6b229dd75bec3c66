"""Compare runs by word similarity on the pairs that all of them know.

A correlation over 29 easy pairs cannot be compared with one over 143. So runs with different
vocabularies are compared on their common pairs; the results on all pairs of each run have rows of
their own.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..data.word_pairs import WordPair
from ..errors import attempt
from ..evaluation.bootstrap import paired_rho_bootstrap
from ..evaluation.word_similarity import WordSimilarity, word_similarity
from ..runs.workflow import Workflow

SEED = 1  # of the bootstrap


def compare(
    workflows: Mapping[str, Workflow], pairs: Sequence[WordPair]
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Correlate the runs' cosines with the scores of a benchmark, as in Table 1.

    Returns:
        Two tables: a row for each run on the common pairs, with the paired interval of the
        difference from the first run; and one on each run's own pairs, None if these are the same.
        A run that knows too few pairs has a note instead, and does not limit the common pairs.
    """
    own, notes = _measure(workflows, pairs)
    vocabularies = [set(workflows[name].words()) for name in own]
    known = set.intersection(*vocabularies) if vocabularies else set()
    shared = [p for p in pairs if {p.first.lower(), p.second.lower()} <= known]
    common, too_few = _measure({name: workflows[name] for name in own}, shared)
    notes |= {name: f"compared on common pairs: {why}" for name, why in too_few.items()}
    table = _table(workflows, common, notes, len(pairs))
    if len(workflows) > 1 and common:
        table.insert(4, f"minus {next(iter(common))}", _differences(workflows, common))
    differ = any(own[name].used != len(shared) for name in own)
    return table, _table(workflows, own, notes, len(pairs)) if differ else None


def _measure(
    workflows: Mapping[str, Workflow], pairs: Sequence[WordPair]
) -> tuple[dict[str, WordSimilarity], dict[str, str]]:
    """Return the similarities of the runs by name, and the reasons of those without any."""
    results, notes = {}, {}
    for name, run in workflows.items():
        generator = np.random.default_rng(SEED)
        similarity, why = attempt(word_similarity, pairs, run.words(), run.embeddings, generator)
        if similarity is None:
            notes[name] = why
        else:
            results[name] = similarity
    return results, notes


def _table(
    names: Mapping[str, Workflow],
    results: Mapping[str, WordSimilarity],
    notes: Mapping[str, str],
    total: int,
) -> pd.DataFrame:
    rows = []
    for name in names:
        row = {"run": name}
        if name in results:
            result = results[name]
            row |= {
                "rho": f"{result.rho:.3f}",
                "95 % interval": f"{result.low:.3f} to {result.high:.3f}",
                "p": f"{result.p:.1g}",
                "pairs": str(result.used),
                "of": str(total),
            }
        rows.append(row | ({"note": notes[name]} if name in notes else {}))
    return pd.DataFrame(rows).fillna("")


def _differences(names: Mapping[str, Workflow], results: Mapping[str, WordSimilarity]) -> list[str]:
    """Format how much larger the rho of each run is than the first's, with its interval."""
    first = next(iter(results))
    human = results[first].items["score"].to_numpy()
    cosines = {name: r.items["cosine"].to_numpy()[None] for name, r in results.items()}
    cells = []
    for name in names:
        if name == first or name not in results:
            cells.append("")
            continue
        generator = np.random.default_rng(SEED)
        d = paired_rho_bootstrap(human, cosines[name], cosines[first], generator)
        cells.append(f"{d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})")
    return cells
