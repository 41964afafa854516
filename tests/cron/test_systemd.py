"""The systemd units: read by systemd itself where it is, and as strict as the guard."""

import configparser
import shutil
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest

from tracker.net.guard import Guard

FOLDER = Path(__file__).resolve().parents[2] / "cron" / "systemd"
SERVICES = sorted(file.name for file in FOLDER.glob("*.service"))
TIMERS = sorted(file.name for file in FOLDER.glob("*.timer"))
HARDENING = FOLDER / "drywell-.service.d" / "hardening.conf"
PROGRAM = "/opt/drywell/bin/tracker"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


class Repeated(dict[str, str]):
    """A section in which a key may come again, as in systemd: the values are joined."""

    def __setitem__(self, key: str, value: object) -> None:
        if isinstance(value, list) and key in self:
            value = self[key] + value  # type: ignore[operator]
        super().__setitem__(key, value)  # type: ignore[assignment]


def read(file: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, dict_type=Repeated, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(file.read_text(encoding="utf-8"))
    return parser


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with the program where it is on this machine."""
    folder = tmp_path / "units"
    shutil.copytree(FOLDER, folder)
    program = str(Path(sys.executable).with_name("tracker"))
    for name in SERVICES:
        unit = folder / name
        unit.write_text(unit.read_text().replace(PROGRAM, program))
    return folder


def analyze(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


@needs_systemd
def test_systemd_finds_no_fault(units: Path) -> None:
    result = analyze(units, "verify", "--man=no", *(f"./{name}" for name in [*SERVICES, *TIMERS]))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_little_is_exposed(units: Path, service: str) -> None:
    result = analyze(units, "security", "--offline=yes", "--threshold=20", f"./{service}")
    if "unrecognized option" in result.stderr:
        pytest.skip("this systemd-analyze cannot look at units offline")
    assert result.returncode == 0, result.stdout[-2000:]  # of 100; a plain service has 96


@needs_systemd
@pytest.mark.parametrize("timer", TIMERS)
def test_times_are_such(timer: str) -> None:
    at = read(FOLDER / timer)["Timer"]
    assert analyze(FOLDER, "calendar", at["OnCalendar"]).returncode == 0
    assert at["Persistent"] == "true"


def test_every_timer_has_its_service_and_every_service_its_program() -> None:
    assert {Path(timer).stem for timer in TIMERS} == {"drywell-crawl", "drywell-backup"}
    for service in SERVICES:
        assert service.startswith("drywell-")  # so hardening.conf reaches it
        assert read(FOLDER / service)["Service"]["ExecStart"].split()[0] == PROGRAM
    for timer in TIMERS:
        assert Path(timer).with_suffix(".service").name in SERVICES


def test_the_rules_that_matter_are_there() -> None:
    rules = read(HARDENING)["Service"]
    expected = {
        "User": "drywell",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "StateDirectory": "drywell",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "IPAddressAllow": "localhost",
    }
    assert {name: rules[name] for name in expected} == expected
    assert rules["MemoryMax"].endswith("G")
    assert "TRACKER_DATABASE=/var/lib/drywell/history.sqlite" in HARDENING.read_text()


def denied() -> list[str]:
    lines = [line for line in HARDENING.read_text().splitlines() if line.startswith("IPAddressDeny=")]
    return " ".join(line.partition("=")[2] for line in lines).split()


def networks() -> list:
    named = {"multicast": ["224.0.0.0/4", "ff00::/8"]}
    return [ip_network(network) for word in denied() for network in named.get(word, [word])]


@pytest.mark.parametrize("network", networks(), ids=str)
def test_the_unit_denies_what_the_guard_refuses(network) -> None:
    guard = Guard()
    assert guard.refusal(str(network[1])) is not None
    assert guard.refusal(str(network[-1])) is not None


PRIVATE = """10.1.2.3 100.64.0.1 169.254.169.254 172.31.0.1 192.168.1.1 198.18.0.1 224.0.0.251 0.0.0.1 255.255.255.255
fd00::1 fe80::1 ff02::1 64:ff9b::a00:1 2002:a00:1:: 2001:0:1:: 3fff::1"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_no_private_address_is_left_open(address: str) -> None:
    assert Guard().refusal(address) is not None
    assert any(ip_network(address).subnet_of(one) for one in networks() if one.version == ip_network(address).version)
