"""A Debian system for an image: packages fetched by apt-get with state of its own, unpacked and never configured."""

import os
import subprocess
from pathlib import Path

PACKAGES = (
    "base-files",
    "bash",
    "ca-certificates",
    "coreutils",
    "dash",
    "findutils",
    "grep",
    "iproute2",
    "iptables",
    "libatomic1",
    "libstdc++6",
    "procps",
    "python3",
    "python3-distutils",
    "sed",
    "sqlite3",
    "tini",
)
_FOR_SCRIPTS_ONLY = ("debconf_", "dpkg_", "libperl", "perl", "usrmerge_")
"""Wanted by maintainer scripts, which never run here."""
_LEFT_OUT = ("usr/share/doc", "usr/share/info", "usr/share/lintian", "usr/share/locale", "usr/share/man")

_USERS = """root:x:0:0:root:/root:/bin/bash
jovyan:x:1000:100::/home/jovyan:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_GROUPS = """root:x:0:
tty:x:5:
users:x:100:
jovyan:x:1000:
nogroup:x:65534:
"""
_OWNED = (("home/jovyan", 0o755, 1000, 100), ("srv/jupyterhub", 0o755, 1000, 1000), ("tmp", 0o1777, 0, 0))
"""Folder, mode, user, group: zero-to-jupyterhub's hub runs as 1000:1000, its user servers as 1000:100."""


def make_root(root: Path, work: Path) -> None:
    """Unpack the packages with what they depend on into `root`. `work`: a folder for apt-get's own files."""
    packages = _download(work)
    _make_skeleton(root)
    for package in packages:
        if not package.name.startswith(_FOR_SCRIPTS_ONLY):
            _unpack(package, root)
    _configure(root)


def _download(work: Path) -> list[Path]:
    """Fetch the closure of PACKAGES as if nothing were installed; the machine's own package lists stay as they are."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    (work / "status").touch()
    settings = {
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
        "Dir::Cache": work / "cache",
        "Dir::State": work,
        "Dir::State::lists": work / "lists",
        "Dir::State::status": work / "status",
    }
    apt_get = ["apt-get", "-qq", "-y", *(part for key, value in settings.items() for part in ("-o", f"{key}={value}"))]
    subprocess.run([*apt_get, "update"], check=True, stdout=subprocess.DEVNULL)
    fetching = [*apt_get, "--no-install-recommends", "--download-only", "install", *PACKAGES]
    subprocess.run(fetching, check=True, stdout=subprocess.DEVNULL)
    return sorted((work / "cache/archives").glob("*.deb"))


def _make_skeleton(root: Path) -> None:
    """The links of a merged /usr come first, as packages of this release still have files in both places."""
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")


def _unpack(package: Path, root: Path) -> None:
    excludes = [f"--exclude=./{folder}/*" for folder in _LEFT_OUT]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as reader:
        subprocess.run(["tar", "-x", "-C", str(root), "--keep-directory-symlink", *excludes], stdin=reader.stdout, check=True)
    if reader.returncode:
        raise OSError(f"{package.name} cannot be unpacked")


def _configure(root: Path) -> None:
    """What the maintainer scripts of these packages would have made, as far as a hub needs it."""
    authorities = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))
    certificates = root / "etc/ssl/certs/ca-certificates.crt"
    certificates.parent.mkdir(parents=True, exist_ok=True)
    certificates.write_text("".join(authority.read_text() for authority in authorities))
    (root / "etc/passwd").write_text(_USERS)
    (root / "etc/group").write_text(_GROUPS)
    (root / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")
    (root / "usr/bin/awk").symlink_to("mawk")
    for name in ("iptables", "ip6tables"):
        (root / "usr/sbin" / name).symlink_to(f"{name}-nft")
    (root / "usr/local/etc/jupyterhub").mkdir(parents=True, exist_ok=True)
    for folder, mode, user, group in _OWNED:
        path = root / folder
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        os.chown(path, user, group)
