"""What a training says before it begins."""

import numpy as np
import small

from imaginet_pt.data import data_provider
from imaginet_pt.data.preprocessing import Tokenizer
from imaginet_pt.nn.updates import UPDATES
from imaginet_pt.settings import Settings
from imaginet_pt.training.announcement import announce


def test_data_vocabulary_and_model_are_announced(tmp_path):
    dataset = data_provider.load(small.write(tmp_path))
    texts = dataset.captions("train").texts
    tokenizer = Tokenizer.fit(texts, 12)
    captions = tokenizer.transform(texts)
    params = {"w": np.zeros((1000, 1000)), "b": np.zeros(1000)}
    settings = Settings(word_freq_threshold=12)
    said = announce(dataset, settings, tokenizer, captions, params, UPDATES["Adam"](), "RUN")
    data, vocabulary, model = said
    assert data == ("small: 48 captions of 16 images to train on, 24 captions to validate with")
    words, unknown = sum(map(len, captions)), sum(ids.count(2) for ids in captions)
    assert 0 < unknown < words
    assert vocabulary == (
        f"vocabulary: {len(tokenizer.words) - 3} words; {unknown:,} of {words:,} in the captions "
        f"({unknown / words:.1%}) are not in it and read as UNK"
    )
    *_, with_sgd = announce(dataset, settings, tokenizer, captions, params, UPDATES["SGD"](), "R")
    assert "about 8.0 MB" in with_sgd  # parameters and gradients alone
    assert model == (
        "simple: 1,001,000 parameters, about 16.0 MB with the update rule's arrays; writing to RUN"
    )
