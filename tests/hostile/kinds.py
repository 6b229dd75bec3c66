"""The kinds of files that a user can give: how each is made badly, read, and held to be right.

A reader writes the bytes into an empty folder and reads them as the program does. It returns where
they are accepted and what came out is right, raises UserError where they are refused, and fails an
assertion where something wrong came out.
"""

import gzip
from collections.abc import Callable
from typing import Any, NamedTuple

from hostile import (
    archive_files,
    damage,
    data_files,
    export_files,
    many_files,
    run_files,
    word_files,
)  # fmt: skip


class Kind(NamedTuple):
    """read(folder, content); strategy: of contents; corpus: contents that are tried in any case."""

    read: Callable
    strategy: Any
    corpus: list[bytes]


KINDS = {
    "dataset.json": Kind(
        data_files.read_dataset,
        data_files.whole | damage.documents(data_files.DATASET),
        data_files.JSON_CORPUS,
    ),
    "COCO captions": Kind(
        data_files.read_coco,
        data_files.packed(damage.documents(data_files.COCO)),
        [*data_files.JSON_CORPUS, gzip.compress(bytes(10**8))],
    ),
    "table of captions": Kind(
        data_files.read_table, damage.damaged(data_files.TABLES), data_files.TABLE_CORPUS
    ),
    "vgg_feats.mat": Kind(
        data_files.read_features("vgg_feats.mat"),
        damage.damaged(data_files.MATS),
        data_files.MAT_CORPUS,
    ),
    "feats.npy": Kind(
        data_files.read_features("feats.npy"),
        damage.npy_files(data_files.FEATURES),
        data_files.NPY_CORPUS,
    ),
    "feats.zarr": Kind(
        many_files.read_sharded("zarr.json"),
        many_files.metadata_documents,
        data_files.JSON_CORPUS,
    ),
    "a file of feats.zarr": Kind(
        many_files.read_sharded("c/0/0"),
        damage.damaged(many_files.SHARDS),
        many_files.SHARD_CORPUS,
    ),
    "index.json": Kind(
        many_files.read_index,
        many_files.index_documents,
        [*data_files.JSON_CORPUS, *many_files.INDEX_CORPUS],
    ),
    "word pairs": Kind(
        word_files.read_word_pairs,
        damage.damaged(word_files.PAIRS)
        | word_files.lines.map(lambda rows: "\n".join(rows).encode("utf-8", "replace")),
        word_files.PAIRS_CORPUS,
    ),
    "vocabulary.json": Kind(
        word_files.read_vocabulary, damage.documents(word_files.WORDS), data_files.JSON_CORPUS
    ),
    "zero-shot words": Kind(
        word_files.read_words,
        word_files.texts | damage.documents(word_files.WORDS),
        word_files.TEXT_CORPUS,
    ),
    "captions to ask with": Kind(
        word_files.read_captions, word_files.texts, word_files.TEXT_CORPUS
    ),
    "sentences": Kind(word_files.read_sentences, word_files.texts, word_files.TEXT_CORPUS),
    "run.json": Kind(
        run_files.read_run_json,
        damage.documents(run_files.json_of("run.json")),
        data_files.JSON_CORPUS,
    ),
    "a run's vocabulary": Kind(
        run_files.resume_run("vocabulary.json"),
        damage.documents(run_files.json_of("vocabulary.json")),
        data_files.JSON_CORPUS,
    ),
    "a run's weights": Kind(
        run_files.open_run("weights-2.npz"),
        damage.npz_files(run_files.arrays_of("weights-2.npz")),
        damage.npz_corpus(run_files.arrays_of("weights-2.npz")),
    ),
    "first weights": Kind(
        run_files.init_weights,
        damage.npz_files(run_files.arrays_of("weights-2.npz")),
        damage.npz_corpus(run_files.arrays_of("weights-2.npz")),
    ),
    "scaler.npz": Kind(
        run_files.open_run("scaler.npz"),
        damage.npz_files(run_files.arrays_of("scaler.npz")),
        damage.npz_corpus(run_files.arrays_of("scaler.npz")),
    ),
    "checkpoint": Kind(
        run_files.resume_run("checkpoint-2-0.npz"),
        run_files.checkpoints(),
        [run_files.sealed(c) for c in damage.npz_corpus(run_files.arrays_of("checkpoint-2-0.npz"))],
    ),
    "original's checkpoint": Kind(
        run_files.read_legacy, run_files.legacy_files(), run_files.LEGACY_CORPUS
    ),
    "successors' archive": Kind(
        archive_files.read_archive, archive_files.archives(), archive_files.CORPUS
    ),
    "exported config": Kind(
        export_files.open_export("config.json"),
        damage.documents(export_files.CONFIG),
        data_files.JSON_CORPUS,
    ),
    "exported weights": Kind(
        export_files.open_export("model.safetensors"),
        export_files.tensor_files("model.safetensors"),
        export_files.CORPUS,
    ),
    "labelled images": Kind(
        data_files.read_labelled,
        damage.documents(data_files.DATASET) | damage.damaged([b"490\n361\n171\n"]),
        [*data_files.JSON_CORPUS, *word_files.TEXT_CORPUS],
    ),
}
