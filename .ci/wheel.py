#!/usr/bin/env python3
"""Packs released binaries as wheels, so that `pip install` has evalsig: python3 .ci/wheel.py FOLDER

For each file `evalsig-TARGET` in FOLDER it writes beside it the wheel for that target. The bytes of the binary stay what they are, so
its digest holds for what pip installs. Names, order and times in a wheel are fixed. With --check it writes nothing, and holds the
wheels in FOLDER to the binaries there: each member, byte for byte.
"""

import argparse
import base64
import hashlib
import pathlib
import sys
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A static binary needs no C library: both kinds of Linux take it. macOS as far back as Rust's targets go.
PLATFORMS = {
    "x86_64-unknown-linux-musl": "manylinux_2_17_x86_64.musllinux_1_1_x86_64",
    "aarch64-unknown-linux-musl": "manylinux_2_17_aarch64.musllinux_1_1_aarch64",
    "x86_64-apple-darwin": "macosx_10_12_x86_64",
    "aarch64-apple-darwin": "macosx_11_0_arm64",
}

METADATA = """Metadata-Version: 2.4
Name: evalsig-gate
Version: {version}
Summary: {description}
License-Expression: {license}
License-File: LICENSE-MIT
License-File: LICENSE-APACHE
Project-URL: Repository, {repository}
Description-Content-Type: text/markdown

The program `evalsig` as one static binary: a gate for evaluation runs, with evidence that anyone can verify offline. It is no Python
module; the Python package `evalsig` is another one, and its program has the same name. See {repository}.
"""

WHEEL = """Wheel-Version: 1.0
Generator: evalsig
Root-Is-Purelib: false
{tags}"""


def digest(content):
    """A SHA-256 as RECORD has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def members(binary, target, package):
    """The name of a binary's wheel without its platform, and its files."""
    name = f"evalsig_gate-{package['version']}"
    tags = "".join(f"Tag: py3-none-{one}\n" for one in PLATFORMS[target].split("."))
    files = {
        f"{name}.data/scripts/evalsig": binary.read_bytes(),
        f"{name}.dist-info/METADATA": METADATA.format(**package).encode(),
        f"{name}.dist-info/WHEEL": WHEEL.format(tags=tags).encode(),
    }
    for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
        files[f"{name}.dist-info/licenses/{licence}"] = (ROOT / licence).read_bytes()
    record = f"{name}.dist-info/RECORD"
    listed = "".join(f"{path},{digest(content)},{len(content)}\n" for path, content in files.items())
    return name, {**files, record: f"{listed}{record},,\n".encode()}


def write(wheel, files):
    """Writes a wheel; the binary may be run once it is unpacked."""
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            # ZipInfo's own time is 1980, the first that the format has.
            info = zipfile.ZipInfo(path)
            info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if path.endswith("/evalsig") else 0o100644) << 16
            archive.writestr(info, content)


def check(wheel, files):
    """Ends the program where a wheel does not hold these files and no others."""
    with zipfile.ZipFile(wheel) as archive:
        if [info.filename for info in archive.infolist()] != list(files):
            sys.exit(f"{wheel}: holds other files")
        for path, content in files.items():
            if archive.read(path) != content:
                sys.exit(f"{wheel}: {path} is not what is packed from the binary")


def main(folder, act):
    package = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
    wheels = set()
    for target, platform in PLATFORMS.items():
        binary = folder / f"evalsig-{target}"
        if binary.is_file():
            name, files = members(binary, target, package)
            wheel = folder / f"{name}-py3-none-{platform}.whl"
            act(wheel, files)
            wheels.add(wheel)
    if not wheels or wheels != set(folder.glob("*.whl")):
        sys.exit(f"{folder}: its wheels are not those of the binaries in it")
    print(*sorted(wheels), sep="\n")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    arguments.add_argument("--check", action="store_true")
    asked = arguments.parse_args()
    main(asked.folder, check if asked.check else write)
