"""The settings that a model is built from."""

from typing import Protocol


class ModelSettings(Protocol):
    """The settings that `models.build` reads; `settings.Settings` has them all."""

    @property
    def model_type(self) -> str:
        """The key of `models.PLANS`."""

    @property
    def hidden_type(self) -> str:
        """The key of `layers.RECURRENT`."""

    @property
    def hidden_size(self) -> int:
        """The size of a recurrent layer."""

    @property
    def embedding_size(self) -> int:
        """The size of a word's vector."""

    @property
    def activation(self) -> str:
        """The activation of a recurrent layer."""

    @property
    def out_activation(self) -> str:
        """The activation of image vectors."""

    @property
    def cost(self) -> str:
        """The key of `costs.IMAGE_COSTS`."""

    @property
    def alpha(self) -> float:
        """The weight of the words' cost."""

    @property
    def non_interpolated(self) -> bool:
        """Whether the images' cost has weight 1, rather than 1 - alpha."""

    @property
    def mask(self) -> bool:
        """Whether padding neither moves a state nor counts in the cost of words."""

    @property
    def zero_shot(self) -> tuple[str, ...]:
        """The words whose captions have an image of zeros."""
