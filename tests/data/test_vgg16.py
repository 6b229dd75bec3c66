"""`data features`: VGG16's fc7, with random weights on a few made images.

That the features equal Karpathy's is not tested: it would need his weights and photographs. What is
tested is the way to them: the input of the network, the layer, the order of the rows.
"""

import json
import sys
import zipfile

import numpy as np
import pytest

from imaginet_pt.__main__ import main
from imaginet_pt.data import image_features, vgg16
from imaginet_pt.errors import UserError
from imaginet_pt.progress import Progress

TORCH = "torch and torchvision are not installed: pip install 'imaginet_pt[vision]'"
NAMES = ["b.png", "a.png", "train2014/c.png"]  # by imgid
QUIET = Progress(quiet=True)


@pytest.fixture(scope="module")
def torch():
    pytest.importorskip("torchvision", reason=TORCH)
    return pytest.importorskip("torch", reason=TORCH)


def state_dict(torch):
    """Random weights of VGG16, each array a view of a few numbers, so that the file is small."""
    import torchvision

    with torch.device("meta"):
        shapes = {k: v.shape for k, v in torchvision.models.vgg16().state_dict().items()}
    base = torch.randn(5_000, generator=torch.Generator().manual_seed(1))
    return {name: overlapping(torch, base, shape) for name, shape in shapes.items()}


def overlapping(torch, base, shape):
    strides = [1, 7, 3, 1][: len(shape)] if len(shape) == 4 else [1] * len(shape)
    inputs = shape[1:].numel()
    reach = 1 + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
    source = base if reach <= len(base) else base.repeat(-(-reach // len(base)))[:reach].clone()
    return (source * (2 / inputs) ** 0.5).as_strided(shape, strides)


@pytest.fixture(scope="module")
def weights(torch, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "vgg16.pth"
    torch.save(state_dict(torch), path)
    assert path.stat().st_size < 4e6
    return path


@pytest.fixture
def data(tmp_path):
    """A data folder whose dataset.json has its images out of order, and a folder with them."""
    from PIL import Image

    images = [{"imgid": i, "filename": name.rpartition("/")[2]} for i, name in enumerate(NAMES)]
    (tmp_path / "data").mkdir()
    (tmp_path / "data/dataset.json").write_text(json.dumps({"images": images[::-1]}))
    for name, (height, width) in zip(NAMES, [(40, 60), (300, 250), (224, 224)], strict=True):
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture(height, width)).save(path)
    return tmp_path


def picture(height, width):
    """(height, width, 3) uint8, smooth in each channel, and other in each."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [np.sin(y / 9 + 1), np.cos(x / 11), np.sin((x + y) / 13)]
    return (np.stack(channels, -1) * 100 + 128).astype("u1")


def run(data, weights):
    arguments = ["--weights", weights, "--quiet"]
    folders = [data / "images", data / "data"]
    return main(["data", "features", *map(str, folders + arguments)])


def refused(data, weights, capsys, *words):
    assert run(data, weights) == 2
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert not shown.out
    for word in words:
        assert word in line
    assert not (data / "data/feats.npy").exists()


def test_rows_are_fc7_of_the_images_by_imgid(torch, weights, data):
    """Against torchvision's own way through the network: classifier up to its second ReLU."""
    import torchvision

    assert run(data, weights) == 0
    found, _ = image_features.load(data / "data", 3)
    rows = found[np.arange(3)]
    assert rows.shape == (3, 4096) and rows.dtype == np.float32
    assert rows.min() == 0 and rows.max() > 0
    network = torchvision.models.vgg16(init_weights=False).eval()
    network.load_state_dict(torch.load(weights, weights_only=True))
    for row, name in zip(rows, NAMES, strict=True):
        pixels = vgg16._pixels(data / "images" / name)
        with torch.inference_mode():
            x = network.features(vgg16.prepared(pixels, vgg16.CAFFE)[None]).flatten(1)
            fc6 = torch.relu(network.classifier[0](x))
            fc7 = torch.relu(network.classifier[3](fc6))[0]
        np.testing.assert_allclose(row, fc7.numpy(), rtol=1e-4, atol=1e-4 * float(fc7.max()))
    assert np.abs(rows[0] - rows[1]).max() > 0.01 * rows.max()


def test_the_input_is_blue_green_red_less_the_mean(torch):
    pixels = np.full((30, 50, 3), (200, 100, 50), "u1")
    found = vgg16.prepared(pixels, vgg16.CAFFE).numpy()
    assert found.shape == (3, 224, 224) and found.dtype == np.float32
    wanted = np.array([50 - 103.939, 100 - 116.779, 200 - 123.68])
    np.testing.assert_allclose(
        found, np.broadcast_to(wanted[:, None, None], found.shape), atol=1e-4
    )


def test_torchvisions_weights_get_torchvisions_normalization(torch):
    from torchvision.transforms import functional

    pixels = picture(224, 224)
    wanted = functional.normalize(
        functional.to_tensor(pixels), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    )
    np.testing.assert_allclose(vgg16.prepared(pixels, vgg16.OWN), wanted, atol=1e-5)


def keys(x):
    """MATLAB's bicubic kernel (Keys 1981, a = -0.5)."""
    x = np.abs(x)
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x < 2, far, 0))


def weights_of(n, size):
    """(size, n): what each of n pixels adds to each of `size`; wider where pixels get fewer."""
    scale = size / n
    centre = (np.arange(size) + 0.5) / scale - 0.5
    made = keys(min(scale, 1) * (centre[:, None] - np.arange(n)))
    return made / made.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("shape", [(500, 333), (100, 150), (224, 300)])
def test_the_whole_image_is_resized_as_imresize_does(shape, torch):
    pixels = picture(*shape)
    found = vgg16.prepared(pixels, vgg16.CAFFE).numpy()
    blue = weights_of(shape[0], 224) @ pixels[..., 2] @ weights_of(shape[1], 224).T - 103.939
    np.testing.assert_allclose(found[0], blue, atol=0.02)


def test_grey_images_have_three_equal_channels(torch, data):
    from PIL import Image

    path = data / "images/a.png"
    Image.fromarray(picture(20, 30)[..., 0]).save(path)
    pixels = vgg16._pixels(path)
    assert pixels.shape == (20, 30, 3) and (pixels == pixels[..., :1]).all()


def test_weights_that_were_converted_from_caffe(torch, weights, tmp_path):
    """pytorch-vgg's file counts the layers of its classifier from a Flatten."""
    names = {"classifier.0": "classifier.1", "classifier.3": "classifier.4"}
    state = torch.load(weights, weights_only=True)
    other = {}
    for name, array in state.items():
        layer, _, kind = name.rpartition(".")
        other[f"{names.get(layer, layer)}.{kind}"] = array
    torch.save(other, tmp_path / "caffe.pth")
    network, wanted = vgg16.load(tmp_path / "caffe.pth")
    assert wanted is vgg16.CAFFE
    assert torch.equal(network.classifier[3].bias, state["classifier.3.bias"])
    assert torch.equal(network.classifier[0].weight, state["classifier.0.weight"])


def test_torchvisions_file_is_known_by_its_fingerprint(weights, monkeypatch):
    monkeypatch.setattr(vgg16, "digest", lambda path: vgg16.TORCHVISION + "0" * 56)
    assert vgg16.load(weights)[1] is vgg16.OWN


def test_weights_in_torchvisions_cache(torch, weights, data, monkeypatch, capsys):
    monkeypatch.setenv("TORCH_HOME", str(data))
    with pytest.raises(UserError, match="give `weights`"):
        vgg16.write(data / "images", data / "data", None, QUIET)
    cache = data / "hub/checkpoints"
    cache.mkdir(parents=True)
    (cache / "vgg16-397923af.pth").symlink_to(weights)
    vgg16.write(data / "images", data / "data", None, QUIET)
    assert (data / "data/feats.npy").is_file()


class Evil:
    def __reduce__(self):
        return print, ("executed",)


@pytest.mark.parametrize("what", ["a pickle", "other arrays", "no dict", "text", "nothing"])
def test_files_that_are_no_weights(what, torch, data, capsys):
    path = data / "weights.pth"
    made = {"a pickle": Evil(), "other arrays": {"a": torch.ones(1)}, "no dict": torch.ones(2)}
    if what in made:
        torch.save(made[what], path)
    elif what == "text":
        path.write_text("no weights")
    refused(data, path, capsys, "weights.pth", "give a state dict")


def test_weights_that_unpack_to_more_than_they_have(tmp_path):
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(tmp_path / f"{packing}.pth", "w", packing) as archive:
            archive.writestr("archive/data/0", bytes(10**6))
    with open(tmp_path / f"{zipfile.ZIP_STORED}.pth", "rb") as plain:
        vgg16._check_unpacked(plain)
        assert plain.tell() == 0
    with (
        open(tmp_path / f"{zipfile.ZIP_DEFLATED}.pth", "rb") as packed,
        pytest.raises(ValueError, match="unpacks to 1,000,000 bytes"),
    ):
        vgg16._check_unpacked(packed)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(value, torch, weights, data, capsys):
    state = torch.load(weights, weights_only=True)
    state["features.0.bias"] = torch.full((64,), value)
    torch.save(state, data / "weights.pth")
    refused(data, data / "weights.pth", capsys, "a weight is not a finite number")


def test_a_failure_of_torch_is_one_line_and_leaves_nothing(
    torch, weights, data, monkeypatch, capsys
):
    def fail(*arguments):
        raise RuntimeError("not enough memory: you tried to allocate\nmany bytes")

    monkeypatch.setattr(vgg16, "fc7", fail)
    refused(data, weights, capsys, "cannot compute features: not enough memory")


def test_images_that_are_missing_or_no_images(torch, weights, data, capsys):
    (data / "images/a.png").write_text("no image")
    refused(data, weights, capsys, "a.png", "replace it")
    (data / "images/a.png").unlink()
    refused(data, weights, capsys, "lack 1 of 3 images", "a.png")


def test_features_are_not_written_over(data, capsys):
    (data / "data/vgg_feats.mat").write_text("")
    assert run(data, "none.pth") == 2
    assert "vgg_feats.mat already" in capsys.readouterr().err


def test_without_torch_one_line_says_how_to_get_it(data, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch", None)
    refused(data, "none.pth", capsys, "need torch and torchvision", "pip install")
