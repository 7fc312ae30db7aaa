"""Rehearses both halves of a release without GitHub: python .ci/rehearse.py

The shell steps of image.yml that prepare the commit, and those of release.yml that verify and publish, run in a copy of the
repository with stand-ins for gh and docker. A sound release must pass; each one that is not sound must stop before it is
published. What the stand-ins cannot show is whether GitHub and the registry answer as they do.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGETS = ["aarch64-apple-darwin", "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "x86_64-unknown-linux-musl"]
GIT = "git -c user.name=a -c user.email=a@b -c commit.gpgsign=false"
COMMIT = "0123456789" * 4

GH = """#!/bin/bash
echo "gh $*" >>"$LOG"
case "$*" in
    *git/ref/tags*object.type) echo "${TAG_TYPE:-tag}" ;;
    *git/ref/tags*object.sha) echo "$COMMIT" ;;
    *verification.verified) echo "${SIGNED:-true}" ;;
    *compare*) echo "${STATUS:-behind}" ;;
    *--input*) cp mutation.json "$LOG.mutation"; echo "$COMMIT" ;;
    "attestation verify oci:"*) exit "${IMAGE_ATTESTED:-0}" ;;
    "attestation verify"*) exit "${BINARY_ATTESTED:-0}" ;;
    "release download"*) mkdir dist && cp "$DRAFT"/* dist/ ;;
esac
"""


DOCKER = """#!/bin/bash
echo "docker $*" >>"$LOG"
[[ $* != *--password-stdin* ]] || cat >/dev/null
"""


class Rehearsal:
    """A copy of the repository as it is, two folders of stand-ins, and a draft."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.repository = self.folder / "repository"
        self.draft = self.folder / "draft"
        self.log = self.folder / "log"
        tools = self.folder / "bin"
        for path in (self.repository, self.draft, tools):
            path.mkdir()
        for name, text in {"gh": GH, "docker": DOCKER}.items():
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        version = next(line.split('"')[1] for line in open(ROOT / "Cargo.toml") if line.startswith("version"))
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}", "HOME": folder, "LOG": str(self.log), "DRAFT": str(self.draft),
            "COMMIT": COMMIT, "VERSION": version, "TAG": f"v{version}", "IMAGE": "ghcr.io/org/evalsig-action",
            "BASE": "rust:1.95.0-slim-bookworm@sha256:" + "b" * 64, "DIGEST": "sha256:" + "c" * 64, "GH_TOKEN": "t", "ACTOR": "a",
            "GITHUB_REPOSITORY": "org/evalsig-action", "GITHUB_SHA": "a" * 40, "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        }
        self.shell(f"cd '{ROOT}' && git ls-files -z | xargs -0 cp --parents -t '{self.repository}'")
        self.shell(f"git init -q . && git add -A && {GIT} commit -qm main")

    def shell(self, script):
        subprocess.run(["bash", "-euc", script], cwd=self.repository, check=True, stdout=subprocess.DEVNULL)

    def steps(self, workflow, job, more=(), only=None):
        """Runs the shell steps of a job; the name of the one that fails, or None."""
        steps = YAML(typ="safe").load(ROOT / f".github/workflows/{workflow}")["jobs"][job]["steps"]
        for step in steps:
            if "run" not in step or (only and step["name"] not in only):
                continue
            ended = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=self.repository,
                env={**self.environment, **dict(more)}, capture_output=True, text=True, check=False)
            if ended.returncode:
                return step["name"]
        return None

    def release(self, **more):
        """Runs release.yml; the step that stops it, and whether anything was published."""
        self.log.write_text("")
        self.shell("rm -rf dist")
        stopped = self.steps("release.yml", "publish", more.items())
        return stopped, "gh release edit" in self.log.read_text()

    def sums(self):
        self.shell(f"cd '{self.draft}' && sha256sum evalsig-* >SHA256SUMS")

    def wheels(self):
        self.shell(f"python3 .ci/wheel.py '{self.draft}'")


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found}, and not {wanted}")
    print(f"ok    {what}")


def main(folder):
    play = Rehearsal(folder)
    for target in TARGETS:
        (play.draft / f"evalsig-{target}").write_text(target)
    for name in ("evalsig.cdx.json", "manual.tar.gz"):
        (play.draft / name).write_text("{}")
    play.sums()
    play.wheels()

    play.shell(f"mkdir dist && cp '{play.draft}'/* dist/")
    prepares = ["Write the digests on a commit", "Draft the release with all of its files", "Say what a maintainer does now"]
    expect("image.yml prepares the commit", play.steps("image.yml", "assemble", only=prepares), None)
    sent = json.loads(pathlib.Path(f"{play.log}.mutation").read_text())["variables"]["input"]
    files = {file["path"]: base64.b64decode(file["contents"]) for file in sent["fileChanges"]["additions"]}
    expect("it sends three files", sorted(files), ["Dockerfile", "action.yml", "setup/release.txt"])
    for path, text in files.items():
        expect(f"it sends {path} as it is", text, (play.repository / path).read_bytes())
    expect("the summary names the commit", COMMIT in pathlib.Path(play.environment["GITHUB_STEP_SUMMARY"]).read_text(), True)
    play.shell(f"rm -rf dist mutation.json notes.md && git add -A && {GIT} commit -qm release")

    signed, commit = "The tag is signed", "The commit is a commit of main and the digests, nothing else"
    image = "The image in action.yml was built by image.yml"
    draft = "The files of the draft are those of the commit, and were built by image.yml"
    expect("a sound release is published", play.release(), (None, True))
    moved = play.log.read_text().splitlines()[-1]
    expect("the floating tag moves last", "git/refs/tags/v" in moved and "--method PATCH" in moved, True)
    expect("a tag without a signature is not", play.release(SIGNED="false"), (signed, False))
    expect("a plain tag is not", play.release(TAG_TYPE="commit"), (signed, False))
    expect("a commit beside main is not", play.release(STATUS="diverged"), (commit, False))
    expect("an image of somebody else is not", play.release(IMAGE_ATTESTED="1"), (image, False))
    expect("a binary of somebody else is not", play.release(BINARY_ATTESTED="1"), (draft, False))
    binary = play.draft / f"evalsig-{TARGETS[-1]}"
    binary.write_text("another")
    expect("an exchanged binary is not", play.release(), (draft, False))
    play.sums()
    expect("nor with new checksums beside it", play.release(), (draft, False))
    play.wheels()
    binary.write_text(TARGETS[-1])
    play.sums()
    expect("a wheel of another binary is not", play.release(), (draft, False))
    play.wheels()
    play.shell(f"echo more >>README.md && git add -A && {GIT} commit -q --amend -m release")
    expect("a commit with more than digests is not", play.release(), (commit, False))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(scratch)
