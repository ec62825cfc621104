"""Who a USB camera is, read from a tree like Linux' own."""

from pathlib import Path

import pytest
from sysfs import plug

from station.adapters.cameras.sources.listing import ListedCamera, usb_cameras
from station.adapters.cameras.sources.usb import on_the_same_bus, usb_identity


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    plug(tmp_path, "video0", "1-1", "9A3B")
    plug(tmp_path, "video1", "1-1", "9A3B")  # a camera's second node, for its metadata
    plug(tmp_path, "video2", "1-2")
    plug(tmp_path, "video4", "2-1", "77", bus=2)
    return tmp_path


def test_a_camera_is_its_serial_number_or_else_its_socket(sysfs: Path) -> None:
    assert usb_identity("/dev/video0", sysfs) == "046d:0825:9A3B"
    assert usb_identity("/dev/video2", sysfs) == "046d:0825@1-2"


def test_a_stable_link_leads_to_the_same_camera(sysfs: Path, tmp_path: Path) -> None:
    link = tmp_path / "usb-046d_0825-video-index0"
    link.symlink_to("/dev/video4")

    assert usb_identity(str(link), sysfs) == "046d:0825:77"


def test_what_is_no_usb_camera_has_no_identity(sysfs: Path) -> None:
    assert usb_identity("/dev/video9", sysfs) == ""
    assert on_the_same_bus("/dev/video9", sysfs) == ()


def test_those_who_share_a_bus_are_named_and_a_second_node_is_not_another_camera(
    sysfs: Path,
) -> None:
    assert on_the_same_bus("/dev/video0", sysfs) == ("Camera video2",)
    assert on_the_same_bus("/dev/video4", sysfs) == ()


def test_cameras_are_listed_by_a_link_that_stays_their_own(sysfs: Path, tmp_path: Path) -> None:
    links = tmp_path / "v4l"
    for folder, name, node in (
        ("by-id", "usb-046d_0825_9A3B-video-index0", "video0"),
        ("by-id", "usb-046d_0825_9A3B-video-index1", "video1"),
        ("by-path", "pci-0:1-video-index0", "video0"),
        ("by-id", "usb-046d_0825-video-index0", "video2"),
        ("by-path", "pci-0:2-video-index0", "video2"),
    ):
        (links / folder).mkdir(parents=True, exist_ok=True)
        (links / folder / name).symlink_to(f"/dev/{node}")

    assert usb_cameras(links, sysfs) == (
        ListedCamera(
            "uvc", str(links / "by-id" / "usb-046d_0825_9A3B-video-index0"), "046d:0825:9A3B"
        ),
        ListedCamera("uvc", str(links / "by-path" / "pci-0:2-video-index0"), "046d:0825@1-2"),
    )
