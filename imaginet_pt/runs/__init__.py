"""The folder of a run: its files, their formats, and what is made of a trained model.

Here live run.json, checkpoints, the history of a training, the model card, and `Workflow`, which
loads a run to use it. Training itself lies in `training`, measures of a run in `evaluation`.
"""
