"""How a training runs, new or resumed: what is compiled, where it is written, what is shown."""

from dataclasses import dataclass

from ..backends import threads
from ..backends.functions import KeptFunctions, State, TrainingFunctions
from ..backends.protocol import Backend
from ..data.dataset import Dataset
from ..nn.updates import Update
from ..progress import Progress
from ..runs import model_card
from ..runs.checkpoint import Checkpoints
from ..runs.description import RunDescription
from ..runs.history import History
from ..runs.run_folder import RunFolder
from ..settings import Settings
from .callbacks import OnEpoch
from .compilation import compiled
from .preparation import Inputs, update_rule
from .trainer import Trainer
from .writer import FolderWriter, NullWriter, Writer


@dataclass(frozen=True)
class Loop:
    """How a training runs, apart from its settings.

    Attributes:
        backend: what computes.
        progress: shows the progress.
        checkpoint_minutes: time between checkpoints inside an epoch.
        on_epoch: called after each epoch.
        kept: compiled functions, which trainings of one kind share.
    """

    backend: Backend
    progress: Progress
    checkpoint_minutes: float
    on_epoch: OnEpoch | None
    kept: KeptFunctions

    def compiled(self, inputs: Inputs, rule: Update) -> TrainingFunctions:
        """Compile the functions of a training."""
        return compiled(inputs.model, rule, self.backend, self.progress, self.kept)

    def trainer(
        self,
        settings: Settings,
        inputs: Inputs,
        state: State,
        history: History,
        checkpoints: Checkpoints,
        folder: RunFolder,
    ) -> Trainer:
        """Return the trainer that continues from `state` and `history` and writes to `folder`."""
        writer: Writer = NullWriter()
        if self.backend.processes.first:
            writer = FolderWriter(folder, checkpoints, list(inputs.model.weights()))
        return Trainer(
            settings, inputs, update_rule(settings), state, history, writer,
            self.checkpoint_minutes, self.on_epoch,
        )  # fmt: skip

    def run(
        self,
        trainer: Trainer,
        functions: TrainingFunctions | None,
        folder: RunFolder,
        dataset: Dataset,
        description: RunDescription,
    ) -> RunFolder:
        """Train, once all processes agree on what to train; the first one writes the model card.

        Functions that are not given are compiled, if anything is left to train.
        """
        history, processes = trainer.history, self.backend.processes
        task = [trainer.settings.as_dict(), dataset.digests, history.epoch, history.done]
        processes.check_same(task, trainer.state.arrays)
        if processes.first and folder.described() != description:  # a later last epoch
            folder.write_json("run.json", description.to_json())
        if trainer.finished:
            self.progress.say(f"{folder.path} is trained already")
        else:
            functions = functions or self.compiled(trainer.inputs, trainer.rule)
            limits = threads.recorded(description.threads)
            trainer.run(functions, self.backend, self.progress, limits)
        if processes.first:
            if trainer.finished:
                trainer.remove_other_weights(folder)
            model_card.write(folder)
        return folder
