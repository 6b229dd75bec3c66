"""MATLAB's files: all that a matrix can be stored as, and one line for every damage."""

import struct

import numpy as np
import pytest
import scipy.io
from features import N, refused, save_mat

from imaginet_pt.data import image_features, matfile
from imaginet_pt.files import reading


def test_finds_feats_among_other_variables(tmp_path, values):
    others = {"x": "text", "y": {"feats": 1}, "z": scipy.sparse.eye(3), "one": 1.0}
    for packed in (False, True):
        scipy.io.savemat(
            tmp_path / "vgg_feats.mat", others | {"feats": values.T}, do_compression=packed
        )
        np.testing.assert_array_equal(image_features.load(tmp_path, N)[0], values)


def test_reads_big_endian_and_short_elements(tmp_path):
    save_mat(tmp_path, np.ones((1, 1), "u1"))
    assert image_features.load(tmp_path, 1)[0][:].tolist() == [[1]]
    elements = struct.pack(">IIII", 6, 8, 6, 0) + struct.pack(">IIii", 5, 8, 2, 1)
    elements += struct.pack(">II8s", 1, 5, b"feats") + struct.pack(">IIhhxxxx", 3, 4, 7, -8)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    matrix = struct.pack(">II", 14, len(elements)) + elements
    (tmp_path / "vgg_feats.mat").write_bytes(head + matrix)
    np.testing.assert_array_equal(image_features.load(tmp_path, 1)[0], [[7, -8]])


def test_a_flipped_byte_in_a_packed_file_is_found(tmp_path, values):
    save_mat(tmp_path, values.T, do_compression=True)
    path = tmp_path / "vgg_feats.mat"
    content = path.read_bytes()
    for place in range(136, len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        refused(tmp_path, "cannot read", "vgg_feats.mat")


def test_a_matrix_that_unpacks_to_gigabytes_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "UNPACKED_FLOOR", 2**16)
    save_mat(tmp_path, np.zeros((2**14, N), "f4"), do_compression=True)
    refused(tmp_path, "unpacks to more than 65,536 bytes", images=N)
    limits = iter([2**60])  # what it promises passes, what it makes does not
    monkeypatch.setattr(reading, "unpacked_limit", lambda size: next(limits, 2**15))
    refused(tmp_path, "unpacks to more than", images=N)


MATRICES = {
    "text": np.array(["abcde"]),
    "cells": np.array([["a"] * N], dtype=object),
    "sparse": scipy.sparse.eye(N),
}


@pytest.mark.parametrize("array", MATRICES.values(), ids=MATRICES)
def test_refuses_mat_variables_that_are_no_matrix(tmp_path, array):
    save_mat(tmp_path, array)
    refused(tmp_path, "not a full matrix of real numbers", "feats.npy (images x features)")


def test_refuses_values_of_an_unknown_type(tmp_path, values):
    save_mat(tmp_path, values.T)
    path, tag = tmp_path / "vgg_feats.mat", struct.pack("<II", 7, values.nbytes)
    path.write_bytes(path.read_bytes().replace(tag, struct.pack("<II", 8, values.nbytes)))
    refused(tmp_path, "unknown type 8")


def test_refuses_a_name_that_is_too_long(tmp_path, values):
    scipy.io.savemat(tmp_path / "vgg_feats.mat", {"feats": values.T})
    path, tag = tmp_path / "vgg_feats.mat", struct.pack("<II", 1, 5)
    path.write_bytes(path.read_bytes().replace(tag, struct.pack("<II", 1, 10**9)))
    refused(tmp_path, "header is damaged")


def test_a_matrix_with_a_short_name(tmp_path, values):
    scipy.io.savemat(tmp_path / "x.mat", {"x": values.T})
    with matfile.open_matrix(tmp_path / "x.mat", "x", "fix") as matrix:
        assert matrix.shape == (3, N)
        np.testing.assert_array_equal(np.vstack(list(matrix.columns(2))), values)


def test_refuses_another_variable(tmp_path, values):
    scipy.io.savemat(tmp_path / "vgg_feats.mat", {"fc7": values.T})
    refused(tmp_path, "no variable 'feats', only ['fc7']", "-v7")


def test_refuses_other_versions(tmp_path):
    save_mat(tmp_path, np.ones((30, N)), format="4")
    refused(tmp_path, "no MATLAB 5 file", "-v7")
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    (tmp_path / "vgg_feats.mat").write_bytes(header + bytes(512))
    refused(tmp_path, "7.3 (HDF5)", "-v7", "feats.npy (images x features)")


def test_refuses_a_header_that_promises_too_much(tmp_path, values):
    save_mat(tmp_path, values.T)
    path = tmp_path / "vgg_feats.mat"
    shape, size = struct.pack("<ii", 3, N), struct.pack("<I", 3 * N * 4)
    content = path.read_bytes().replace(shape, struct.pack("<ii", 2 * 10**8, N))
    path.write_bytes(content)
    refused(tmp_path, "60 bytes of values do not fill a matrix of shape (200000000, 5)")
    path.write_bytes(content.replace(size, struct.pack("<I", 4 * 10**9)))
    refused(tmp_path, "unpacks to more than")
    path.unlink()
    np.save(tmp_path / "feats.npy", values)
    head, tail = (tmp_path / "feats.npy").read_bytes().split(b"(5, 3), }" + b" " * 11)
    (tmp_path / "feats.npy").write_bytes(head + b"(5, 200000000000), }" + tail)
    refused(tmp_path, "cannot read", "feats.npy")


def test_refuses_an_archive_that_bursts(tmp_path):
    save_mat(tmp_path, np.zeros((reading.UNPACKED_FLOOR // 8, N), "u2"), do_compression=True)
    refused(tmp_path, "unpacks to more than 33,554,432 bytes")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("twentieths", range(20))
def test_refuses_a_truncated_mat(tmp_path, values, packed, twentieths):
    save_mat(tmp_path, values.T, do_compression=packed)
    path = tmp_path / "vgg_feats.mat"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * twentieths // 20])
    refused(tmp_path, "cannot read", "vgg_feats.mat")
