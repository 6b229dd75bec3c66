"""Types of what expressions are made of."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy.typing as npt
from pytensor.tensor.variable import TensorVariable

# A symbolic array. PyTensor's class is generic in its type and in the node that computes it.
Tensor: TypeAlias = "TensorVariable[Any, Any]"
# Symbolic arrays by name.
Tensors: TypeAlias = Mapping[str, Tensor]

Array: TypeAlias = npt.NDArray[Any]
# Arrays by name.
Arrays: TypeAlias = Mapping[str, Array]
