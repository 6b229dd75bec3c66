"""The capsule names one release of each library, with digests, that setup.cfg allows."""

import configparser
import re
import tomllib

from conftest import ROOT
from packaging.pylock import Pylock
from packaging.requirements import Requirement

TEXT = (ROOT / "docs/capsule/requirements.txt").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"^([\w.-]+)==(\S+) \\$", TEXT, re.MULTILINE))


def required():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_each_library_is_pinned_within_its_bounds():
    for requirement in required():
        assert requirement.specifier.contains(PINNED[requirement.name]), requirement


def test_each_pin_has_its_digests_and_no_address():
    blocks = re.split(r"^(?=[\w.-]+==)", TEXT, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINNED) > len(required())
    for block in blocks:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block), block
    assert "://" not in TEXT


def test_the_lock_file_has_the_same_wheels_and_no_address():
    """By the rules of PEP 751, as pip reads it."""
    text = (ROOT / "docs/capsule/pylock.toml").read_text(encoding="utf-8")
    lock = Pylock.from_dict(tomllib.loads(text))
    assert {package.name: str(package.version) for package in lock.packages} == PINNED
    for package in lock.packages:
        (wheel,) = package.wheels
        assert (
            wheel.path == f"wheels/{wheel.filename}" and f"sha256:{wheel.hashes['sha256']}" in TEXT
        )
    assert "://" not in text


def test_the_containers_install_the_capsule():
    for name in ("Dockerfile", "imaginet.def"):
        text = (ROOT / "docs/capsule" / name).read_text(encoding="utf-8")
        assert "--require-hashes -r docs/capsule/requirements.txt" in text
        assert re.search(r"debian:\w+-\d{8}-slim", text) and "g++ python3-dev" in text
