"""The folder of a run: its files and their formats, and `Workflow`, which loads a run to use it.

Here are run.json, checkpoints, the history of a training, the model card and exported runs.
Training itself is in `training`, and measures of a run are in `evaluation`.
"""
