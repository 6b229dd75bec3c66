"""Folders whose content may be run: nobody but the user could have written there."""

import grp
import os
from types import SimpleNamespace

import pytest
from other_user import owned_by_another

from imaginet_pt.errors import UserError
from imaginet_pt.files import folders

FIX = "set HERE"


def test_folders_on_the_way_are_made_for_the_user_alone(tmp_path):
    private = folders.private_folder(tmp_path / "a/b", FIX)
    assert [path.stat().st_mode & 0o777 for path in (private, private.parent)] == [0o700, 0o700]
    assert folders.private_folder(private, FIX) == private


@pytest.mark.parametrize("name", ["base", "base/private"])
@pytest.mark.parametrize("mode", [0o777, 0o757, 0o775])
def test_where_others_can_write_is_refused_and_not_repaired(name, mode, tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "_is_own_group", lambda gid: False)
    (tmp_path / "base/private").mkdir(parents=True, mode=0o700)
    (tmp_path / name).chmod(mode)
    with pytest.raises(UserError, match=f"others can write to {tmp_path / name}; {FIX}"):
        folders.private_folder(tmp_path / "base/private", FIX)
    assert (tmp_path / name).stat().st_mode & 0o777 == mode


def test_a_parent_like_tmp_will_do_but_the_folder_itself_must_be_private(tmp_path):
    (tmp_path / "tmp/private").mkdir(parents=True)
    (tmp_path / "tmp").chmod(0o1777)
    folders.private_folder(tmp_path / "tmp/private", FIX)
    with pytest.raises(UserError, match="others can write to"):
        folders.private_folder(tmp_path / "tmp", FIX)


@pytest.mark.parametrize("name", ["base", "base/private"])
def test_what_belongs_to_another_is_refused(name, tmp_path, monkeypatch):
    (tmp_path / "base/private").mkdir(parents=True)
    owned_by_another(tmp_path / name, monkeypatch)
    with pytest.raises(UserError, match=f"{tmp_path / name} belongs to somebody else; {FIX}"):
        folders.private_folder(tmp_path / "base/private", FIX)


def test_a_link_in_its_place_is_refused_and_its_target_stays_as_it_is(tmp_path):
    (tmp_path / "target").mkdir(mode=0o755)
    (tmp_path / "private").symlink_to(tmp_path / "target")
    with pytest.raises(UserError, match=f"private is a link to .*target; {FIX}"):
        folders.private_folder(tmp_path / "private", FIX)
    assert (tmp_path / "target").stat().st_mode & 0o777 == 0o755


def test_a_link_on_the_way_is_as_safe_as_where_it_leads(tmp_path):
    (tmp_path / "open/base").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "open/base")
    folders.private_folder(tmp_path / "link/private", FIX)
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(UserError, match=f"others can write to {tmp_path}/open; {FIX}"):
        folders.private_folder(tmp_path / "link/private", FIX)


@pytest.mark.parametrize(
    "name, members, own", [("me", [], True), ("me", ["other"], False), ("staff", [], False)]
)
def test_a_group_is_the_users_own_where_nobody_else_is_in_it(name, members, own, monkeypatch):
    user = SimpleNamespace(pw_name="me", pw_gid=7)
    monkeypatch.setattr(folders.pwd, "getpwuid", lambda uid: user)
    group = grp.struct_group([name, "x", 7, members])
    monkeypatch.setattr(folders.grp, "getgrgid", lambda gid: group)
    assert folders._is_own_group(7) is own
    assert not folders._is_own_group(8)


def test_a_user_without_a_name_has_no_group_of_his_own(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 5)
    assert not folders._is_own_group(os.getgid())
