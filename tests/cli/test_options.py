"""Choices that are written out in the options are those of the tables that they stand for."""

from imaginet_pt.backends import select
from imaginet_pt.cli import options
from imaginet_pt.cli.commands import data, evaluate, train
from imaginet_pt.data import table_of_captions
from imaginet_pt.data.download import catalog
from imaginet_pt.evaluation import retrieval
from imaginet_pt.runs import trained_model
from imaginet_pt.training import trainer


def test_choices_are_those_of_the_tables():
    assert tuple(select.BACKENDS) == options.BACKENDS
    assert tuple(trained_model.PADDING) == options.PADDINGS
    assert tuple(catalog.SOURCES) == data.SOURCES
    assert tuple(retrieval.STATES) == evaluate.STATES


def test_defaults_are_those_of_the_library():
    assert evaluate.SCRAMBLE_SEED == retrieval.SCRAMBLE_SEED
    assert data.VAL_FRACTION == table_of_captions.VAL_FRACTION
    assert train.CHECKPOINT_MINUTES == trainer.CHECKPOINT_MINUTES
