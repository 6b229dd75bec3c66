"""Types of arrays, symbolic and NumPy's."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy.typing as npt

if TYPE_CHECKING:  # loading PyTensor takes a second
    from pytensor.tensor.variable import TensorVariable

# A symbolic array. PyTensor's class is generic in its type and in the node that computes it.
Tensor: TypeAlias = "TensorVariable[Any, Any]"
# Symbolic arrays by name.
Tensors: TypeAlias = Mapping[str, Tensor]

Array: TypeAlias = npt.NDArray[Any]
# Arrays by name.
Arrays: TypeAlias = Mapping[str, Array]
