"""What lies around a repository's objects: settings, hooks and files that git would obey.

Some show another history than the one stored (F17): such a repository is not opened. Others
name a program that git would run, or change what it says of signers; rmdocs runs no git, but
whoever looks with git would be told what somebody else wants: that is found by verifying.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rmdocs.classes import dataclass
from rmdocs.errors import StoreError, system_problem
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import Text, message
from rmdocs.store import refs
from rmdocs.store.files import read_plain

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_SECTION = re.compile(r"\[\s*([A-Za-z0-9.-]+)\s*(?:\"((?:[^\"\\]|\\.)*)\")?\s*\]\s*(.*)", re.DOTALL)
_HIDING = re.compile(
    r"core\.worktree|core\.usereplacerefs|extensions\.(?!objectformat|refstorage).*"
    r"|remote\..*\.(promisor|partialclonefilter)"
)
"""Settings by which git shows another history, or looks for objects elsewhere."""

_HARMLESS = re.compile(
    r"core\.(repositoryformatversion|bare|logallrefupdates|fsync\w*|filemode|ignorecase|symlinks"
    r"|precomposeunicode|(loose)?compression|bigfilethreshold|packedgit\w+|deltabasecachelimit"
    r"|sharedrepository|quotepath|longpaths|hidedotfiles|protect(hfs|ntfs))"
    r"|gpg\.format|gpg\.ssh\.allowedsignersfile"
    r"|(gc|pack|repack|index|feature|http|maintenance|color|user)\..*"
    r"|(receive|transfer|fetch|push|uploadpack)\.(?!.*(hook|command|hiderefs|filter)).*"
    r"|remote\..*\.(url|pushurl|fetch|push|mirror|tagopt|prune|skip\w+)|branch\..*\.(remote|merge)"
)
"""Settings that say nothing of what is stored, and run nothing."""

_NAME = re.compile(r"[a-z0-9.-]+\.(.*\.)?[a-z][a-z0-9-]*", re.DOTALL)
"""What a setting may be called; whatever else a line holds, git reads none of the file."""

_FORMAT = "core.repositoryformatversion"
_HEAD = re.compile(rb"ref:\s*refs/[^\s]+\s*|[0-9a-f]{40}\s*")
"""What the file HEAD holds of what git takes for a repository."""

_FOR_CARRYING = re.compile(r"credential\..*|core\.sshcommand|url\..*")
"""Settings by which git carries a store elsewhere: programs, but of no say in what it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """A setting as git reads it; ``name`` in lower case, with the subsection between."""

    name: str
    value: str


def unsound(path: Path) -> Iterator[Finding]:
    """Yield what makes the repository at ``path`` unfit to be relied on."""
    for name, told in (("shallow", "shallow"), ("info/grafts", "grafts")):
        if (path / name).is_file() and (path / name).read_bytes().strip():
            yield _altered(name, told)
    for name in ("commondir", "config.worktree"):
        if (path / name).exists():
            yield _altered(name, name)
    for ref in refs.list_refs(path):
        if ref.startswith("refs/replace/"):
            yield _altered(ref, "replace refs")
    yield from _objects_elsewhere(path / "objects")
    for setting in _settings(path):
        yield from _unsound_setting(setting)


def _objects_elsewhere(objects: Path) -> Iterator[Finding]:
    for promised in sorted((objects / "pack").glob("*.promisor")):
        yield _altered(f"objects/pack/{promised.name}", "partial clone")
    for name in ("alternates", "http-alternates"):
        if (objects / "info" / name).exists():
            yield error(
                "STORE-BORROWS",
                f"objects/info/{name}",
                message("the store borrows objects from another repository"),
                message("make it whole with: git repack -a -d, then delete that file"),
                clause=_CLAUSE,
            )


def _unsound_setting(setting: _Setting) -> Iterator[Finding]:
    if _HIDING.fullmatch(setting.name) and setting.value.lower() not in {"false", "no", "0"}:
        yield _altered("config", setting.name)
    elif setting.name == "extensions.refstorage" or (
        setting.name == "extensions.objectformat" and setting.value.lower() != "sha1"
    ):
        yield error(
            "STORE-FORMAT",
            "config",
            message("the repository's format is not that of a store"),
            message("a store uses SHA-1 object names and plain refs"),
            clause=_CLAUSE,
        )


def obeyed(path: Path, signers: str) -> Iterator[Finding]:
    """Yield what git would obey that no store has, by settings and hooks.

    :param signers: the file of signers that a store names.
    """
    settings = list(_settings(path))
    yield from _unreadable(path, settings)
    for setting in settings:
        if setting.name == "gpg.ssh.allowedsignersfile" and setting.value != signers:
            yield _other(setting, severe=True)
        elif _FOR_CARRYING.fullmatch(setting.name):
            yield _other(setting, severe=False)
        elif not _HARMLESS.fullmatch(setting.name) and not setting.name.startswith("extensions."):
            yield _other(setting, severe=True)
    for hook in sorted((path / "hooks").glob("*")):
        if hook.suffix != ".sample" and hook.is_file() and hook.stat().st_mode & 0o111:
            yield warning(
                "STORE-PROGRAM",
                f"hooks/{hook.name}",
                message("git runs this program when somebody works on the store with it"),
                message("find out who put it there; if nobody needs it, delete it"),
                clause=_CLAUSE,
            )


def _unreadable(path: Path, settings: Iterable[_Setting]) -> Iterator[Finding]:
    """Yield what git cannot read: it takes the store for no repository then."""
    for setting in settings:
        if setting.name == _FORMAT and setting.value not in {"0", "1"}:
            yield _not_git("config", setting.name)
        elif not _NAME.fullmatch(setting.name):
            yield _not_git("config", setting.name.rpartition(".")[2])
    try:
        head = read_plain(path / "HEAD")
    except (OSError, StoreError):
        head = b""
    if not _HEAD.fullmatch(head):
        yield _not_git("HEAD", "HEAD")


def _not_git(place: str, told: str) -> Finding:
    return error(
        "STORE-FORMAT",
        place,
        message("git refuses to work on the store: it cannot read {told}", told=told),
        message("put this file back from another copy of the store: it holds nothing sealed"),
        clause=_CLAUSE,
    )


def _other(setting: _Setting, *, severe: bool) -> Finding:
    made = error if severe else warning
    return made(
        "STORE-SETTING",
        "config",
        message("git obeys a setting that no store has: {name}", name=setting.name),
        message(
            "find out who set it; take it away with: git config --unset {name}", name=setting.name
        ),
        clause=_CLAUSE,
    )


def _settings(path: Path) -> Iterator[_Setting]:
    """Yield the settings of a repository; includes are not opened.

    :raises StoreError: if there are some that cannot be read: git might yet obey them.
    """
    try:
        text = read_plain(path / "config").decode("utf-8", "replace")
    except FileNotFoundError:
        return
    except OSError as problem:
        raise StoreError(
            message(
                "{path} cannot be read: {problem}",
                path=path / "config",
                problem=system_problem(problem),
            ),
            message("have it readable for whoever works on the store"),
            clause=_CLAUSE,
        ) from problem
    prefix = ""
    for line in text.replace("\\\n", "").replace("\r", "").split("\n"):
        rest = line.strip()
        while found := _SECTION.fullmatch(rest):
            name, inner, rest = found[1].lower(), found[2], found[3].strip()
            prefix = f"{name}." if inner is None else f"{name}.{inner}."
        if not rest or rest[0] in "#;":
            continue
        key, _, value = rest.partition("=")
        value = re.split(r"\s[#;]", value)[0].strip().strip('"')
        yield _Setting(name=f"{prefix}{key.strip().lower()}", value=value)


def _altered(place: str, told: str | Text) -> Finding:
    return error(
        "STORE-ALTERED",
        place,
        message("the store hides history: {told}", told=told),
        message("restore it from an unaltered copy"),
        clause=_CLAUSE,
    )
