"""Derive ilsvrc_synsets.json: ILSVRC2012's synsets and all their hypernyms in WordNet 3.0.

    python -m imaginet_pt.replication.wordnet.make_synsets [FOLDER of WordNet's database]

NLTK (`pip install nltk`) reads the database, which is Debian's `wordnet-base`. README.md has the
versions that the file in the repository was made with.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...files.atomic import atomic

FOLDER = Path(__file__).parent
DEBIAN = "/usr/share/wordnet"
SOURCE = "WordNet 3.0, see LICENSE.wordnet"
# Files that NLTK opens and `wordnet-base` lacks; their content is not used here.
MISSING_FILES = {"index.sense": "", "lexnames": "".join(f"{i:02}\tunused\t1\n" for i in range(45))}


# The lemmas of a synset and the wnids of its hypernyms.
Synset = dict[str, list[str]]


def closure(synsets: Iterable[Any]) -> dict[str, Synset]:
    """Return NLTK's `synsets` and all their hypernyms, by wnid."""
    found: dict[str, Synset] = {}
    new = list(synsets)
    while new:
        synset = new.pop()
        hypernyms = synset.hypernyms()
        found[wnid(synset)] = {
            "lemmas": synset.lemma_names(),
            "hypernyms": [wnid(above) for above in hypernyms],
        }
        new += [above for above in hypernyms if wnid(above) not in found]
    return dict(sorted(found.items()))


def wnid(synset: Any) -> str:
    """Return ImageNet's name of a noun synset: its offset in WordNet 3.0's data.noun."""
    return f"n{synset.offset():08}"


def read_closure(folder: str, wnids: Iterable[str]) -> dict[str, Synset]:
    """Return the `closure` of `wnids` in the database in `folder`."""
    import nltk

    with tempfile.TemporaryDirectory() as data:
        # NLTK reads only what lies as in its own data folder, and no links out of it.
        corpus = Path(data) / "corpora/wordnet"
        shutil.copytree(folder, corpus)
        for name, text in MISSING_FILES.items():
            with atomic(corpus / name) as file:
                file.write(text)
        nltk.data.path.insert(0, data)
        wordnet = nltk.corpus.wordnet
        return closure(wordnet.synset_from_pos_and_offset("n", int(name[1:])) for name in wnids)


def main(folder: str = DEBIAN) -> None:
    """Write ilsvrc_synsets.json from the database in `folder`."""
    wnids = (FOLDER / "ilsvrc2012_ids.txt").read_text().split()
    lines = [
        f"{json.dumps(name)}: {json.dumps(synset)}"
        for name, synset in read_closure(folder, wnids).items()
    ]
    with atomic(FOLDER / "ilsvrc_synsets.json") as file:
        rows = ",\n".join(lines)
        file.write(f'{{"source": {json.dumps(SOURCE)},\n"synsets": {{\n{rows}\n}}}}\n')


if __name__ == "__main__":
    main(*sys.argv[1:])
