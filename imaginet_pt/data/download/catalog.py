"""The published data sets: official addresses, sizes and digests; and how to get them."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from ...errors import explained
from ...files.atomic import writing
from ...files.folders import make_folder
from ...progress import Progress
from .archives import unpack
from .http import Unreachable, fetch, megabytes

ZIP = b"PK"  # how such an archive begins
KARPATHY = "https://cs.stanford.edu/people/karpathy/deepimagesent/"


@dataclass(frozen=True)
class Source:
    """A zip archive of the data, or one file.

    Attributes:
        what: the data in words, for messages.
        page: the web page that offers it.
        url: its address; empty where a page makes the file when a person asks for it.
        size: its size in bytes, as the page says or as measured.
        files: the files that it must contain, each with its SHA-256, or None if that is not known.
    """

    what: str
    page: str
    url: str
    size: int
    files: dict[str, str | None]

    @property
    def archive(self) -> str:
        """The file name of the archive or the file."""
        return self.url.rpartition("/")[2] or next(iter(self.files)).partition("/")[2]

    @property
    def packed(self) -> bool:
        """Whether it is an archive."""
        return self.archive.endswith(".zip")

    @property
    def folder(self) -> str:
        """The folder that the archive unpacks to."""
        return next(iter(self.files)).partition("/")[0]


def _karpathy(name: str, title: str, size: int) -> Source:
    """Return a data set with captions, splits and VGG16 features of Karpathy and Fei-Fei (2015)."""
    files: dict[str, str | None] = {f"{name}/dataset.json": None, f"{name}/vgg_feats.mat": None}
    return Source(f"{title}, captions and VGG16", KARPATHY, f"{KARPATHY}{name}.zip", size, files)


# The fingerprints are of copies whose SHA-1 is that in GluonNLP's loaders of MEN and SimLex-999.
SOURCES = {
    "flickr8k": _karpathy("flickr8k", "Flickr8K", 50_000_000),
    "flickr30k": _karpathy("flickr30k", "Flickr30K", 200_000_000),
    "coco": _karpathy("coco", "COCO 2014", 750_000_000),
    "men": Source(
        "MEN, 3,000 word pairs",
        "https://staff.fnwi.uva.nl/e.bruni/MEN",
        "https://staff.fnwi.uva.nl/e.bruni/resources/MEN.zip",
        96_854,
        {
            "MEN/MEN_dataset_natural_form_full": (
                "4596e169dd237228ca7701dde33585ca93263506ce7fca9de0f951aaab1aae36"
            )
        },
    ),
    "simlex": Source(
        "SimLex-999",
        "https://fh295.github.io/simlex.html",
        "https://fh295.github.io/SimLex-999.zip",
        16_805,
        {
            "SimLex-999/SimLex-999.txt": (
                "ca00ff8515a36cde32d13c2b83def23f5a167b67db93ebfcfb7dae039ba22c0b"
            )
        },
    ),
    "simverb": Source(
        "SimVerb-3500",
        "https://www.repository.cam.ac.uk/handle/1810/264124",
        "https://www.repository.cam.ac.uk/bitstream/handle/1810/264124/simverb-3500-data.zip",
        75_000,
        {
            "data/SimVerb-3500.txt": (
                "b58f68454cf9354b94ecd8bfd778ff2cc784a25fc7dca02bc695319ad2b4157e"
            )
        },
    ),
    # Brysbaert, Warriner and Kuperman (2014): a text, not an archive.
    "concreteness": Source(
        "Concreteness of 39,954 words",
        "https://crr.ugent.be/archives/1330",
        "https://crr.ugent.be/papers/Concreteness_ratings_Brysbaert_et_al_BRM.txt",
        1_600_000,
        {"concreteness/Concreteness_ratings_Brysbaert_et_al_BRM.txt": None},
    ),
    # Frank et al. (2017): the page makes the table when it is asked for, so there is no address.
    "wordbank": Source(
        "Wordbank, shares of children who say each word, by month",
        "https://wordbank.stanford.edu/data",
        "",
        100_000,
        {"wordbank/american_english_words_and_sentences.csv": None},
    ),
}


def get(source: Source, out: str | PathLike[str], progress: Progress) -> Path:
    """Download and unpack `source` if need be; return its folder, which is below `out`.

    An archive that is in `out` already is used, and removed once it is unpacked.

    Raises:
        UserError: it cannot be downloaded (the message says how to do it by hand), unpacked or
            written.
    """
    with writing(out):
        return _get(source, Path(out), progress)


def _get(source: Source, out: Path, progress: Progress) -> Path:
    folder, archive = out / source.folder, out / source.archive
    if all((out / name).is_file() for name in source.files):
        progress.say(f"{folder} is there already; delete it to download {source.what} again")
        return folder
    make_folder(out)
    progress.say(f"{source.what}: about {megabytes(source.size)}, from {source.page}")
    if source.packed:
        if not archive.is_file():
            _fetch(source, archive, progress, ZIP)
        unpack(archive, out, source.files)
        archive.unlink()
    else:
        make_folder(folder)
        _fetch(source, folder / source.archive, progress)
    progress.say(f"{folder}: {', '.join(sorted(path.name for path in folder.iterdir()))}")
    return folder


def _fetch(source: Source, path: Path, progress: Progress, begins: bytes = b"") -> None:
    """Bring the archive or the file to `path`, or say how to do so by hand."""
    with explained(lambda error: _by_hand(source, path, error), Unreachable):
        if not source.url:
            raise Unreachable("its page makes it when a person asks for it")
        fetch(source.url, path, 2 * source.size, progress, begins)


def _by_hand(source: Source, archive: Path, reason: object) -> str:
    """Say what went wrong and how to get the data by hand, in one paragraph."""
    name = source.archive
    unpacked = (
        f" and run the command again, or unpack it to {archive.parent} so that "
        f"{' and '.join(source.files)} are there"
    )
    return (
        f"cannot get {source.url or name}: {reason}; by hand: look for {name} (about "
        f"{megabytes(source.size)}) on {source.page} or with a search engine, save it as "
        f"{archive}{unpacked if source.packed else ''}"
    )
