"""Compute VGG16's features of images as in the data of Karpathy and Fei-Fei (2015).

They are the 4,096 activations of the layer fc7 after its ReLU (the last layer of neuraltalk's
`matlab_features_reference/deploy_features.prototxt`). As its `prepare_images_batch.m`, an image is
resized to 224 x 224 whole, without cropping and whatever its proportions, by the bicubic kernel of
MATLAB's `imresize`, which smooths where it reduces; a grey image counts as one of three equal
channels. At the borders MATLAB mirrors the image, while torch leaves out what lies beyond.

torchvision runs the network. Weights are the VGG group's, converted from Caffe to PyTorch; or
torchvision's own, with the normalization they were trained with, which are not the paper's.
"""

import zipfile
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import UserError, explained, reason
from ..files.arrays import write_matrix_header
from ..files.atomic import atomic
from ..files.pictures import open_picture
from ..files.reading import digest, guard, open_file, size_of
from ..progress import Progress
from . import data_provider, image_features
from . import dataset as datasets

SIZE = 224  # pixels, height and width of the input
FEATURES = 4096
BATCH = 10  # images at a time, as neuraltalk
TORCHVISION = "397923af"  # how the SHA-256 of its weights begins, and part of their file's name


class Input(NamedTuple):
    """The input of a network: the order of an RGB image's channels, their mean and scale.

    Values from 0 to 255 become (value - mean) / scale; mean and scale in the order of `channels`.
    """

    channels: tuple[int, int, int]
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]


CAFFE = Input((2, 1, 0), (103.939, 116.779, 123.68), (1, 1, 1))
OWN = Input(
    (0, 1, 2), (0.485 * 255, 0.456 * 255, 0.406 * 255), (0.229 * 255, 0.224 * 255, 0.225 * 255)
)
# Layers of pytorch-vgg's file that are named otherwise than torchvision's.
RENAMED = {"classifier.1": "classifier.0", "classifier.4": "classifier.3"}


def write(
    images: str | PathLike[str],
    folder: str | PathLike[str],
    weights: str | PathLike[str] | None,
    progress: Progress,
) -> None:
    """Write `feats.npy` to `folder`: a row of features for each image of its `dataset.json`.

    Row i, (4096,) float32, belongs to the image whose imgid is i.

    Args:
        images: folder with the image files, or with folders of them, as for COCO.
        folder: the folder with `dataset.json`.
        weights: file of the network's weights (a state dict; nothing else is unpickled), or None
            for the file in torchvision's cache.
        progress: shows the progress.

    Raises:
        UserError: torch is not installed; weights, captions or an image are missing or cannot be
            read; or there is a file of features already.
    """
    folder = Path(folder)
    _check_none(folder)
    with guard(images):
        paths = _paths(data_provider.read_images(folder)[1], Path(images))
    path = Path(weights) if weights else _cached()
    network, wanted = load(path)
    progress.say(f"VGG16 of {path}, {'torchvision' if wanted is OWN else 'Caffe'}'s input")
    bars = progress.bar("features", len(paths), unit="image")
    with bars as bar, atomic(folder / "feats.npy", "wb") as file:
        write_matrix_header(file, (len(paths), FEATURES))
        for start in range(0, len(paths), BATCH):
            batch = paths[start : start + BATCH]
            with explained(lambda error: f"cannot compute features: {reason(error)}", RuntimeError):
                file.write(fc7(network, [prepared(_pixels(p), wanted) for p in batch]))
            bar.update(len(batch))
    progress.say(f"{folder / 'feats.npy'}: {len(paths):,} x {FEATURES:,}")


def _torch() -> tuple[Any, Any]:
    """The two packages, which are optional and take seconds to import."""
    fix = "pip install 'imaginet_pt[vision]', or reinstall both"
    kinds = ImportError, OSError, RuntimeError  # the last where the two do not fit together
    with explained(
        lambda error: f"image features need torch and torchvision ({reason(error)}); {fix}", *kinds
    ):
        import torch
        import torchvision
    return torch, torchvision


def _check_none(folder: Path) -> None:
    for name in image_features.FILES:
        if (folder / name).exists():
            raise UserError(f"{folder} has {name} already; move it away")


def _paths(images: Sequence[datasets.Image], folder: Path) -> list[Path]:
    """The file of each image, in the order of their rows."""
    places = [folder, *sorted(path for path in folder.glob("*/"))]
    paths = {image.imgid: _only([place / image.filename for place in places]) for image in images}
    missing = [image.filename for image in images if paths[image.imgid] is None]
    if missing:
        raise UserError(
            f"{folder} and the folders in it lack {len(missing):,} of {len(images):,} images, "
            f"{missing[0]} first; give the folder with the image files"
        )
    return [path for _, path in sorted(paths.items()) if path]


def _only(paths: Sequence[Path]) -> Path | None:
    """The file that is there, None if there is none; the first goes before the others.

    Raises:
        UserError: the first is not there, and of the others several are.
    """
    found = [path for path in paths if path.is_file()]
    if len(found) > 1 and found[0] != paths[0]:
        raise UserError(f"{found[0]} and {found[1]} have the same name; give one of the folders")
    return found[0] if found else None


def _cached() -> Path:
    torch, _ = _torch()
    path = Path(torch.hub.get_dir()) / "checkpoints" / f"vgg16-{TORCHVISION}.pth"
    if not path.is_file():
        raise UserError(
            f"no weights: {path} does not exist; give `weights`, or get torchvision's by "
            "python -c \"import torchvision; torchvision.models.vgg16(weights='DEFAULT')\""
        )
    return path


def load(path: str | PathLike[str]) -> tuple[Any, Input]:
    """Load VGG16 up to fc7's ReLU with the weights at `path`, and return it with its `Input`.

    Raises:
        UserError: no such file, or not the weights of VGG16.
    """
    torch, torchvision = _torch()
    with torch.device("meta"):
        network = torchvision.models.vgg16()
    network.classifier = network.classifier[:5]
    fix = "give a state dict of torchvision's vgg16, saved by torch.save"
    more = f"{path} is no file of arrays alone; {fix}"  # torch itself advises to run what is in it
    with open_file(path, fix) as file:
        _check_unpacked(file)
        with explained(lambda error: more, Exception):
            state = torch.load(file, map_location="cpu", weights_only=True)
        renamed = _renamed(state)
        if missing := [name for name in network.state_dict() if name not in renamed]:
            raise ValueError(f"it has no {missing[0]}")
        network.load_state_dict({name: renamed[name] for name in network.state_dict()}, assign=True)
        if not all(torch.isfinite(each).all() for each in network.parameters()):
            raise ValueError("a weight is not a finite number")
    wanted = OWN if digest(path).startswith(TORCHVISION) else CAFFE
    return network.float().eval().to("cuda" if torch.cuda.is_available() else "cpu"), wanted


def _check_unpacked(file: BinaryIO) -> None:
    """Refuse packed arrays: torch saves none, but would unpack them, whatever they come to."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > size_of(file):
            raise ValueError(f"it unpacks to {size:,} bytes, more than it has")
    file.seek(0)


def _renamed(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arrays under torchvision's names."""
    if not any(name.startswith("classifier.1.") for name in state):
        return state
    layers = [(name, *name.rpartition(".")[::2]) for name in state]
    return {f"{RENAMED.get(layer, layer)}.{kind}": state[name] for name, layer, kind in layers}


def _pixels(path: Path) -> npt.NDArray[np.uint8]:
    """An image file as (height, width, 3) uint8, RGB."""
    with open_picture(path) as image:
        return np.asarray(image.convert("RGB"))


def prepared(pixels: npt.NDArray[np.uint8], wanted: Input) -> Any:
    """Return the input of the network for an image.

    Args:
        pixels: (height, width, 3), RGB.
        wanted: what the network was trained on.

    Returns:
        (3, 224, 224) float32 tensor.
    """
    torch, _ = _torch()
    # One after the other: as float32 a large image has four times its bytes.
    resized = torch.cat([_resized(torch, pixels[..., channel]) for channel in wanted.channels])
    mean, scale = (torch.tensor(values)[:, None, None] for values in (wanted.mean, wanted.scale))
    return (resized - mean) / scale


def _resized(torch: Any, plane: npt.NDArray[np.uint8]) -> Any:
    """Return one channel (height, width) as a (1, 224, 224) tensor."""
    values = torch.from_numpy(plane.astype("f4"))[None, None]
    return torch.nn.functional.interpolate(
        values, (SIZE, SIZE), mode="bicubic", antialias=True, align_corners=False
    )[0]


def fc7(network: Any, inputs: Sequence[Any]) -> npt.NDArray[np.float32]:
    """Return features (images, 4096), none negative, of inputs [(3, 224, 224)]."""
    torch, _ = _torch()
    with torch.inference_mode():
        batch = torch.stack(inputs).to(next(network.parameters()).device)
        return np.ascontiguousarray(network(batch).cpu().numpy(), dtype="<f4")
