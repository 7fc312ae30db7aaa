#!/usr/bin/env python3
"""Writes the bill of materials of the binary that ships, in CycloneDX 1.6: python3 .ci/sbom.py > evalsig.cdx.json

With --binary FILE it compares the bill with what a binary says of itself (`cargo auditable`), and writes nothing.
--target TRIPLE names another target than the image's on x86-64; what follows is handed to `cargo tree`.

What stands in it follows from Cargo.toml, Cargo.lock and the target alone: no time, no serial number, sorted. So the
same commit gives the same bytes, and anyone can hold a published one to its source. Packages that only the build runs
(build scripts, procedural macros) are named with the scope `excluded`.
"""

import argparse
import json
import pathlib
import re
import struct
import subprocess
import sys
import tomllib
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINE = re.compile(r"(?P<depth>\d+)(?P<name>\S+) v(?P<version>\S+)[^|]*\|(?P<license>[^|]*)\|")


def tree(target, more, edges):
    """The packages in cargo's tree, each with its licence and what it depends on; the first one is the root."""
    command = ["cargo", "tree", "--locked", "--target", target, "--edges", edges, "--prefix", "depth"]
    printed = subprocess.run(
        [*command, "--format", "{p}|{l}|", *more], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    found, path = {}, []
    for line in printed.splitlines():
        match = LINE.match(line)
        if not match:
            # `[build-dependencies]` is a heading between two of them.
            if line.strip().startswith("["):
                continue
            sys.exit(f"not a line of cargo tree: {line!r}")
        depth, package = int(match["depth"]), (match["name"], match["version"])
        found.setdefault(package, {"license": match["license"].strip(), "needs": set()})
        path = [*path[:depth], package]
        if depth > 0:
            found[path[depth - 1]]["needs"].add(package)
    return found


def purl(package):
    name, version = package
    return f"pkg:cargo/{name}@{version.replace('+', '%2B')}"


def component(package, facts, checksums):
    name, version = package
    described = {"type": "library", "bom-ref": purl(package), "name": name, "version": version, "purl": purl(package)}
    if facts["license"]:
        # Before there was SPDX's syntax, Cargo took a slash for OR.
        described["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", facts["license"])}]
    if package in checksums:
        described["hashes"] = [{"alg": "SHA-256", "content": checksums[package]}]
    return described


def bill(target, more):
    """The bill of materials, and the packages in it whose code ships."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    checksums = {(p["name"], p["version"]): p["checksum"] for p in lock["package"] if "checksum" in p}
    packages = tree(target, more, "normal,build")
    shipped = tree(target, more, "normal,no-proc-macro")
    root = next(iter(packages))
    components = []
    for package in sorted(packages):
        if package != root:
            described = component(package, packages[package], checksums)
            described["scope"] = "required" if package in shipped else "excluded"
            components.append(described)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "component": {**component(root, packages[root], checksums), "type": "application"},
            "properties": [{"name": "evalsig:target", "value": target}],
        },
        "components": components,
        "dependencies": [
            {"ref": purl(package), "dependsOn": sorted(map(purl, packages[package]["needs"]))}
            for package in sorted(packages)
        ],
    }, set(shipped)


def named_in(binary):
    """The packages that an ELF binary of 64 bits names in its section `.dep-v0`, but for those of the build alone."""
    data = pathlib.Path(binary).read_bytes()
    if data[:5] != b"\x7fELF\x02":
        sys.exit(f"{binary} is no ELF binary of 64 bits")
    (offset,) = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", data, offset + index * size) for index in range(count)]
    strings = headers[names][4]
    for name, _, _, _, start, length in headers:
        begin = strings + name
        if data[begin : data.index(0, begin)] == b".dep-v0":
            told = json.loads(zlib.decompress(data[start : start + length]))
            return {(p["name"], p["version"]) for p in told["packages"] if p.get("kind", "runtime") == "runtime"}
    sys.exit(f"{binary} does not name its packages: it was not built with cargo auditable")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", default="x86_64-unknown-linux-musl")
    parser.add_argument("--binary")
    arguments, more = parser.parse_known_args()
    written, shipped = bill(arguments.target, more)
    if arguments.binary is None:
        json.dump(written, sys.stdout, indent=2)
        print()
        return
    named = named_in(arguments.binary)
    # cargo auditable goes by `cargo metadata`, which resolves optional dependencies too that nothing turned on: it may name
    # more than was linked, but nothing that is not in Cargo.lock, and never less.
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    known = {(package["name"], package["version"]) for package in lock["package"]}
    unknown, missing = named - known, shipped - named
    for package in sorted(unknown):
        print(f"in the binary, and not in Cargo.lock: {' '.join(package)}", file=sys.stderr)
    for package in sorted(missing):
        print(f"in the bill, and not in the binary: {' '.join(package)}", file=sys.stderr)
    if unknown or missing:
        sys.exit(1)
    print(
        f"all {len(shipped)} packages of the bill are in the binary, which names {len(named - shipped)} more of Cargo.lock"
    )


if __name__ == "__main__":
    main()
