"""A folder that others use while a training writes, and disks that fill up."""

import resource
import threading

import pytest
from crash import stand_in
from crash.stand_in import BACKEND, QUIET, SETTINGS

import imaginet_pt as im
from imaginet_pt.errors import UserError
from imaginet_pt.runs import model_card
from imaginet_pt.runs.run_folder import RunFolder
from imaginet_pt.runs.workflow import Workflow
from imaginet_pt.training import experiment


def test_two_trainings_an_evaluation_and_a_report_on_one_folder(model, dataset, tmp_path):
    """The second training is refused, the readers read, and the first is what it is alone."""
    stand_in.train(dataset, tmp_path / "whole", checkpoint_minutes=0)
    model.steps, model.when = 0, 13  # in the third epoch
    waiting, go_on, run = threading.Event(), threading.Event(), tmp_path / "run"
    model.at = lambda: waiting.set() or go_on.wait(60) and None
    options = {"checkpoint_minutes": 0}
    first = threading.Thread(target=stand_in.train, args=(dataset, run), kwargs=options)
    first.start()
    try:
        assert waiting.wait(60)
        for again in (stand_in.train, stand_in.resume):
            with pytest.raises(UserError, match="is in use by another training"):
                again(dataset, run)
        assert Workflow(run).iteration == 2
        assert len(model_card.costs(RunFolder(run))) == len(im.Run(run).history) == 2
    finally:
        go_on.set()
        first.join()
    assert stand_in.written(run) == stand_in.written(tmp_path / "whole")


SIZES = [0, *(round(50 * 1.5**i) for i in range(19))]  # bytes that a file may have: to 74,000


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [None, 1, 9, 18])
def test_a_disk_that_fills_up_at_any_size_loses_nothing(size, step, model, dataset, tmp_path):
    """From the start, or from a minibatch on, no file can be larger; then there is room again."""
    stand_in.train(dataset, tmp_path / "whole")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    model.steps, model.when, model.at = 0, step, fill
    run = tmp_path / "run"
    try:
        if step is None:
            fill()
        stand_in.train(dataset, run)
    except UserError as error:
        assert str(error).startswith("cannot write ") and "free space" in str(error)
        assert not list(run.glob(".*"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    if (run / "run.json").exists():
        stand_in.resume(dataset, run)
    else:
        experiment.train(dataset, SETTINGS, run, BACKEND, QUIET)
    assert stand_in.written(run) == stand_in.written(tmp_path / "whole")
