"""Files, an archive of them, and whether they came out of it."""

import io
import zipfile

import numpy as np

FILES = {
    "tiny/dataset.json": b'{"images": []}',
    # What cannot be packed, so that a cut falls into the middle.
    "tiny/vgg_feats.mat": np.random.default_rng(0).bytes(300_000),
}


def zipped(files, **changes):
    """A zip archive of `files`, {name: content}; `changes` are attributes of each member."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            for key, value in changes.items():
                setattr(member, key, value)
            archive.writestr(member, content)
    return made.getvalue()


ARCHIVE = zipped(FILES)


def assert_got(folder):
    """All of the files, and nothing else."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == FILES
