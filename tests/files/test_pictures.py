"""Pictures that are opened, and those that are refused in one line."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from imaginet_pt.errors import UserError
from imaginet_pt.files.pictures import open_picture
from imaginet_pt.reports import image_cards, pictures

GREY = np.arange(64, dtype="u1").reshape(8, 8)
# Name of a file -> a picture, and options to save it by.
READ = {
    "grey.jpg": (Image.fromarray(GREY), {}),
    "four_inks.jpg": (Image.new("CMYK", (8, 8), (0, 255, 255, 0)), {}),
    "palette.gif": (Image.fromarray(GREY).convert("P"), {}),
    "black_or_white.png": (Image.new("1", (8, 8), 1), {}),
    "transparent.png": (Image.new("RGBA", (8, 8), (9, 8, 7, 0)), {}),
    "animated.gif": (
        Image.fromarray(GREY), {"save_all": True, "append_images": [Image.new("L", (8, 8))]},
    ),
}  # fmt: skip
DEEP = {
    "16_bits.png": GREY.astype("u2") * 999, "32_bits.tif": GREY.astype("i4"),
    "fractions.tif": GREY / np.float32(64),
}  # fmt: skip
PROGRAM = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n"
# Name of a file -> what is in it, and the reason in the message.
REFUSED = {
    "program.jpg": (PROGRAM, "is no picture in JPEG"),
    "huge.ppm": (b"P6 13000 13000 255\n", "13,000 x 13,000 pixels, more than"),
    "wide.ppm": (b"P6 999999999 1 255\n", "pixels"),
    "empty.ppm": (b"P6 0 0 255\n", "is no picture"),
    "cut_off.ppm": (b"P6 8 8 255\nabc", "cannot read"),
    "nothing.png": (b"", "is no picture in JPEG"),
}


@pytest.mark.parametrize("name", READ)
def test_pictures_of_any_kind_become_red_green_and_blue(name, tmp_path):
    picture, options = READ[name]
    picture.save(tmp_path / name, **options)
    with open_picture(tmp_path / name) as opened:
        assert np.asarray(opened.convert("RGB")).shape == (8, 8, 3)
    assert image_cards.read_picture(tmp_path / name).shape == (8, 8, 3)
    assert pictures.thumbnail(tmp_path / name).startswith(b"\xff\xd8")


@pytest.mark.parametrize("name", DEEP)
def test_pixels_that_would_all_be_white_are_refused(name, tmp_path):
    Image.fromarray(DEEP[name]).save(tmp_path / name)
    with (
        pytest.raises(UserError, match="more than 8 bits; save it with 8"),
        open_picture(tmp_path / name),
    ):
        pass


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_refused_in_one_line_and_little_memory(name, tmp_path):
    content, reason = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(UserError, match=reason), open_picture(path) as opened:
        opened.load()
    assert image_cards.read_picture(path) is pictures.thumbnail(path) is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10**7


def test_a_card_keeps_no_more_pixels_than_it_shows(tmp_path):
    Image.new("RGB", (3000, 1500)).save(tmp_path / "large.png")
    assert image_cards.read_picture(tmp_path / "large.png").shape == (500, 1000, 3)
