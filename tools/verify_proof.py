#!/usr/bin/env python3
"""Says whether a file is what a proof of rmdocs says was sealed; needs no rmdocs, store or network.

    python3 verify_proof.py FILE PROOF KEYS [POLICY]

One file on the standard library and the package ``cryptography``, written by docs/proof-format.md
alone: whoever trusts nobody reads it first. Exit code 0 is yes, 1 is no, 2 is called wrongly, or
with what is not judged here; or the keys cannot be read, or the answer cannot be written.
"""

import base64
import errno
import hashlib
import json
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST = 1 << 20
LARGEST = 1 << 30  # bytes of a file; none that is sealed has more
KEY_NAME = b"rmdocs-ledger"
SSH_KEY = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"

PART, PART_LINE = b"rmdocs-proof/1 ", rb"([1-9])/([1-9]) ([0-9a-f]{16})\r?\n(.+)"

# What the texts of most proofs have in common.
PHRASES = """\
"changes": "certificate": "signatory": "named": "filed_on": "level": "party": "of_edition":
"engine": "formal":true "request_sha256": "asked_by": "approver": "from_revision": "encryption":
"notes": "documents":{ amendments/1.json regenerations/1.json renditions/1/ signatures/1/1/
scans/1/ application/pdf .pdf relationship_manager"],"staff_no":"
","roles":["
","unit":"
{"keys":["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI
"],"name":"
},"format":1,"index":1,"kind":"person","previous":null,"reason":"","relied_on":null,"renderer":"","subject":"
{"actor":{"fingerprint":"SHA256:
","staff_no":"AA00-0000"},"approvals":[],"facts":{},"files":[{"media_type":"application/json","path":"people/
parent
author
committer
@rmdocs.invalid> 17
 +0000

Issue Add signing to RXD7200-0

Event: issue
Event: stage
Number: RXD7200-0
},"format":1,"index":1,"kind":"stage
"kind":"issue","previous":{"origin":"rmdocs/records/RXD7200-0
/2026/1","root":"
","size":1},"reason":"","relied_on":{"origin":"rmdocs/control","root":"
","size":4
},"renderer":"docx-2","subject":"RXD7200-0
-2026-000
","time":"2026-
T0
:00:00Z"}
{"actor":{"fingerprint":"SHA256:
","name":"
","staff_no":"
"},"approvals":[],"facts":{"content":"00/00/0
/stages/01-
.json","edition":1,"form":"RXD7200-0
","form_digest":"
","issued_on":"2026-
","pin":"1·
","record_digest":"
","repeat":null,"revision":"1.0","rules":3,"stage":"
","unit":{"code":"
","full_name":"
支行","name":"
支行"}},"files":[{"media_type":"application/json","path":"00/00/0
/record.json","sha256":"
","size":
},{"media_type":"application/vnd.openxmlformats-officedocument.wordprocessingml.document","path":"00/00/0
/editions/1/RXD7200-0
-e1.docx","sha256":"
","size":4
""".encode()

REASONS = {
    "PROOF-KEYS": ("the keys file cannot be read", "密钥文件无法读取"),
    "PROOF-FORMAT": (
        "this is no proof of rmdocs, or it was altered on the way",
        "这不是本系统的证明文件，或在传递途中被改动",
    ),
    "PROOF-PARTS": (
        "not all codes of the slip are there, or one was read wrongly",
        "证明单的二维码不全，或有一个读错了",
    ),
    "PROOF-CHECKPOINT": (
        "the checkpoint is not signed by a key that you trust",
        "证明中的检查点不是由您所信任的密钥签署的",
    ),
    "WITNESS-POLICY": (
        "the policy of witnesses cannot be read, or names a key of an unknown kind",
        "见证规则无法读取，或含有不认识的密钥",
    ),
    "PROOF-WITNESS": (
        "not enough of the witnesses of your policy cosigned the checkpoint",
        "您的见证规则中联署该检查点的见证人不足",
    ),
    "PROOF-EVENT": (
        "the event is not in the signed ledger of its record's number",
        "该事件不在其编号所属的已签署账本中",
    ),
    "PROOF-LATER": (
        "the later act that the proof names is not in the signed ledger",
        "证明所称的后续事件不在已签署的账本中",
    ),
    "PROOF-REGISTER": (
        "the register that the act relied on does not show this person with this key",
        "办理时所依据的人员名册中，此人没有这把密钥",
    ),
    "PROOF-SIGNATURE": (
        "the act is not signed by the person that it names",
        "该事件不是由所载人员签署的",
    ),
    "PROOF-FILE": (
        "the proof is sound, but of other bytes than this file",
        "证明无误，但所证明的不是这份文件",
    ),
}
# What people take for the file of a proof, by how it begins, and what judges it.
OTHERS = (
    (
        (b"\xd2\x84",),
        "a COSE receipt",
        "rmdocs verify-file FILE RECEIPT --keys KEYS",
        "COSE 收据",
    ),
    (
        (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*"),
        "a PDF or a picture, such as a slip or its scan",
        "rmdocs verify-file FILE SCAN --keys KEYS; or one text file of what its QR codes say",
        "PDF 或图片（如证明单或其扫描件）",
    ),
    (
        (b"PK\3\4",),
        "a document or a workbook (DOCX, XLSX), and no proof of one",
        "give it first and its proof behind it: FILE PROOF KEYS",
        "文件（DOCX、XLSX），而不是它的证明",
    ),
    (
        (b"rmdocs/summary\n", b"rmdocs/control\n", b"rmdocs/records/"),
        "a checkpoint of ledgers",
        "rmdocs verify --against CHECKPOINT, where the store is",
        "事件账本检查点",
    ),
    (
        (b"rmdocs-ledger+",),
        "a file of keys",
        "give it behind the proof: FILE PROOF KEYS",
        "密钥文件",
    ),
    (
        (b"# v2 git bundle", b"# v3 git bundle"),
        "the bundle of a year",
        "rmdocs -w BUNDLE verify",
        "年度归档包",
    ),
)
KEYS_WANTED = """\
holds no keys as rmdocs key ledger --out FILE writes them: lines rmdocs-ledger+ID+KEY
and nothing else, no comment and no blank before them, saved as ASCII or UTF-8
不是 rmdocs key ledger --out FILE 所写的密钥文件：每行应为 rmdocs-ledger+ID+KEY，
不得有注释或行首空格，并以 ASCII 或 UTF-8 保存"""
PACK = ("a pack of records", "rmdocs audit check PACK --keys KEYS", "审计资料包")

BEIJING = timezone(timedelta(hours=8))

LIMITS = (
    (
        "Not shown: what became of the record after that state of the ledger.",
        "未能证明：账本此后该记录是否更正、作废或处置。",
    ),
    (
        "Not shown: that the key was not replaced or revoked, and its owner had not left, by then.",
        "未能证明：办理时该密钥未被更换或吊销、该人员未离岗。",
    ),
    (
        "Not shown: that others were shown the same history. Compare the check code.",
        "未能证明：他人所见的账本与此相同。请核对核验码。",
    ),
)


class NotProvedError(Exception):
    """Why nothing is proved.

    :param code: one of REASONS.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def require(holds: object, code: str) -> None:
    if not holds:
        raise NotProvedError(code)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def git_name(kind: bytes, data: bytes) -> bytes:
    return hashlib.sha1(b"%s %d\0" % (kind, len(data)) + data, usedforsecurity=False).digest()


def plain(text: bytes) -> bytes:
    """Return what base64 stands for, written as it must be."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data) != text:
        raise ValueError(text)
    return data


def signed_by(key: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def key_id(key: bytes) -> bytes:
    return sha256(KEY_NAME, b"\n\x01", key)[:4]


def keys_in(data: bytes) -> list[bytes]:
    """Return the keys of a keys file: ``name+id+base64(0x01 key)``, one a line.

    An editor may have put a mark before it, ended lines with CR LF, or left off the last one's end.
    """
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    data += b"" if data.endswith(b"\n") else b"\n"
    try:
        require(len(data) < MOST, "PROOF-KEYS")
        lines = data[:-1].split(b"\n")
        require(len(lines) <= 32, "PROOF-KEYS")
        found = []
        for line in lines:
            name, number, encoded = line.split(b"+", 2)
            kind, key = plain(encoded)[:1], plain(encoded)[1:]
            sound = (name, kind, len(key)) == (KEY_NAME, b"\x01", 32)
            require(sound and number.decode() == key_id(key).hex(), "PROOF-KEYS")
            found.append(key)
    except ValueError:
        raise NotProvedError(code="PROOF-KEYS") from None
    return found


# Witnesses: C2SP tlog-policy and tlog-cosignature.


class Policy:
    """Which witnesses are known, and which of them together are enough."""

    def __init__(self) -> None:
        self.logs: list[bytes] = []
        self.witnesses: dict[bytes, tuple[bytes, bytes]] = {}
        self.groups: dict[bytes, tuple[int, list[bytes]]] = {}
        self.quorum = b""

    def met(self, cosigned: set[bytes]) -> bool:
        there = set(cosigned)
        for name, (least, members) in self.groups.items():
            if len(there.intersection(members)) >= least:
                there.add(name)
        return self.quorum == b"none" or self.quorum in there


def vkey(line: bytes, kind: bytes) -> tuple[bytes, bytes]:
    """Return name and key of a verifier key of that kind."""
    name, _, rest = line.partition(b"+")
    number, _, encoded = rest.partition(b"+")
    try:
        data = plain(encoded)
    except ValueError:
        raise NotProvedError(code="WITNESS-POLICY") from None
    sound = re.fullmatch(rb"[!-*,-~]+", name) and len(data) == 33 and data[:1] == kind
    known = number == sha256(name, b"\n", data)[:4].hex().encode()
    require(sound and known, "WITNESS-POLICY")
    return name, data[1:]


def policy_in(data: bytes) -> Policy:
    """Return the policy in a file; each line says only what the lines before it bear."""
    sound = len(data) <= MOST and data.endswith(b"\n")
    require(sound and re.fullmatch(rb"[\t\n\x20-\x7e\x80-\xff]*", data), "WITNESS-POLICY")
    found, members = Policy(), set()
    for line in data[:-1].split(b"\n"):
        words = [word for word in re.split(rb"[ \t]+", line) if word]
        if not words or words[0].startswith(b"#"):
            continue
        names = {*found.witnesses, *found.groups}
        kind, count = words[0], len(words)
        if kind == b"log" and count in {2, 3}:
            name, key = vkey(words[1], b"\x01")
            require(name == KEY_NAME and key not in found.logs, "WITNESS-POLICY")
            found.logs.append(key)
        elif kind == b"witness" and count in {3, 4}:
            name, key = vkey(words[2], b"\x04")
            double = key in [one for _, one in found.witnesses.values()]
            require(not double and words[1] not in {*names, b"none"}, "WITNESS-POLICY")
            found.witnesses[words[1]] = name, key
        elif kind == b"group" and count >= 4:
            inner = words[3:]
            fresh = len(set(inner)) == len(inner) and not members.intersection(inner)
            require(fresh and names.issuperset(inner), "WITNESS-POLICY")
            number = int(words[2]) if re.fullmatch(rb"[1-9][0-9]{0,8}", words[2]) else 0
            least = {b"any": 1, b"all": len(inner)}.get(words[2], number)
            sound = 1 <= least <= len(inner) and words[1] not in {*names, b"none"}
            require(sound, "WITNESS-POLICY")
            members.update(inner)
            found.groups[words[1]] = least, inner
        else:
            require(kind == b"quorum" and count == 2 and not found.quorum, "WITNESS-POLICY")
            require(words[1] in {*names, b"none"}, "WITNESS-POLICY")
            found.quorum = words[1]
    require(found.quorum, "WITNESS-POLICY")
    return found


def cosigned(policy: Policy, text: bytes, signatures: bytes) -> dict[bytes, int]:
    """Return which witnesses of a policy cosigned a checkpoint, and when; they are enough."""
    found: dict[bytes, int] = {}
    for called, (name, key) in policy.witnesses.items():
        known = sha256(name, b"\n\x04", key)[:4]
        for line in signatures.splitlines():
            _dash, signer, encoded = line.split(b" ")
            data = plain(encoded)
            if (signer, data[:4]) != (name, known):
                continue
            time = int.from_bytes(data[4:12], "big")
            said = b"cosignature/v1\ntime %d\n%s" % (time, text)
            good = len(data) == 76 and time < 1 << 63 and signed_by(key, data[12:], said)
            require(good, "PROOF-WITNESS")
            found[called] = max(time, found.get(called, 0))
    require(policy.met(set(found)), "PROOF-WITNESS")
    return found


# RFC 6962: a leaf among so many, seen from level to level.


def steps(index: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield, for each level, the leaf's place there and the last place, until the root."""
    last = size - 1
    while last:
        yield index, last
        index, last = index >> 1, last >> 1


def length(index: int, size: int) -> int:
    return sum(place & 1 or place < last for place, last in steps(index, size))


def root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    found, hashes = sha256(b"\0", leaf), list(path)
    require(length(index, size) == len(hashes), "PROOF-EVENT")
    for place, last in steps(index, size):
        if place & 1:
            found = sha256(b"\1", hashes.pop(0), found)
        elif place < last:
            found = sha256(b"\1", found, hashes.pop(0))
    return found


def ending(index: int, size: int) -> int:
    """Return where the right sibling on a leaf's path begins that holds the tree's last leaf.

    The leaf's own place if it is the last one.
    """
    if index == size - 1:
        return index
    level = (index ^ (size - 1)).bit_length() - 1
    return ((index >> level) + 1) << level


def earlier_root(
    leaf: bytes, place: tuple[int, int], path: list[bytes], earlier: int, last: bytes
) -> bytes:
    """Return the root that the tree had at an earlier size, by the path at a later one.

    :param last: the hash of that tree from ``ending`` on.
    """
    found, hashes, begin = sha256(b"\0", leaf), list(path), ending(place[0], earlier)
    levels = enumerate(steps(*place))
    for _ in steps(place[0], earlier):
        level, (number, end) = next(levels)
        sibling = hashes.pop(0) if number & 1 or number < end else b""
        right = (number + 1) << level
        if number & 1:
            found = sha256(b"\1", sibling, found)
        elif right == begin:
            found = sha256(b"\1", found, last)
        elif right + (1 << level) <= earlier:
            found = sha256(b"\1", found, sibling)
    return found


# The format.

PROOF = re.compile(
    rb"c2sp\.org/tlog-proof@v1\nextra ([A-Za-z0-9+/]+={0,2})\nindex (0|[1-9][0-9]{0,14})\n"
    rb"((?:[A-Za-z0-9+/]{43}=\n){0,64})\n"
    rb"((rmdocs/[\x21-\x7e]+)\n(0|[1-9][0-9]{0,14})\n([A-Za-z0-9+/]{43}=)\n)\n"
    rb"((?:\xe2\x80\x94 [!-*,-~]+ [A-Za-z0-9+/]+={0,2}\n){1,16})"
)
HEAD = re.compile(
    rb"rmdocs/(?:1 ([1-9][0-9]{0,14})|2 ([1-9][0-9]{0,14}) ([0-9a-f]{8})((?: [!-~]+){0,128}))"
)


def split_proof(data: bytes) -> tuple[bytes, int, list[bytes], bytes, bytes, int, bytes, bytes]:
    found = PROOF.fullmatch(data) if len(data) <= MOST else None
    require(found, "PROOF-FORMAT")
    extra, index, path, text, origin, size, top, signatures = found.groups()
    try:
        data.decode()
        hashes = [plain(line) for line in path.split()]
        lines = [plain(line.split(b" ")[2]) for line in signatures.splitlines()]
        require(all(len(line) > 4 for line in lines), "PROOF-FORMAT")
        return plain(extra), int(index), hashes, text, origin, int(size), plain(top), signatures
    except ValueError:
        raise NotProvedError(code="PROOF-FORMAT") from None


def signed_note(key: bytes, encoded: bytes, text: bytes) -> bool:
    """Return whether base64 on a note's last line is a key's signature of its text."""
    try:
        signature = plain(encoded)
    except ValueError:
        return False
    return signature[:4] == key_id(key) and signed_by(key, signature[4:], text)


def is_for(ledgers: bytes, origin: bytes) -> bool:
    """Return whether a key named for ledgers (beginnings of names, * for any part) is for one."""
    parts = origin.removeprefix(b"rmdocs/").split(b"/")
    for ledger in ledgers.split(b","):
        names = ledger.split(b"/")
        fits = (name in (b"*", part) for name, part in zip(names, parts, strict=False))
        if len(names) <= len(parts) and all(fits):
            return True
    return False


def chain_in(words: list[bytes]) -> list[tuple[bytes, bytes, bytes, bytes]]:
    """Return the keys of machines that a proof tells: name, key, ledgers, who named it."""
    require(len(words) % 4 == 0, "PROOF-FORMAT")
    found = []
    for start in range(0, len(words), 4):
        machine, key, ledgers, signature = words[start : start + 4]
        try:
            plain(signature)
            sound = re.fullmatch(rb"[A-Za-z][A-Za-z0-9-]{0,31}", machine) and len(plain(key)) == 32
        except ValueError:
            sound = None
        require(sound, "PROOF-FORMAT")
        found.append((machine, plain(key), ledgers, signature))
    return found


def ledger_key(
    checkpoint: tuple[bytes, bytes, bytes],
    chain: list[tuple[bytes, bytes, bytes, bytes]],
    keys: list[bytes],
) -> bytes:
    """Return who signed a checkpoint: one of the keys, or one that they lead to.

    :param checkpoint: its ledger, its text, and its lines of signatures.
    """
    holders = [(key, b"control,records") for key in keys]
    for machine, key, ledgers, signature in chain:
        vkey = b"%s+%s+%s" % (KEY_NAME, key_id(key).hex().encode(), base64.b64encode(b"\1" + key))
        said = b"rmdocs/machine\n%s\n%s\n%s\n" % (machine, vkey, ledgers.replace(b",", b" "))
        known = any(
            all(is_for(scope, name) for name in [b"rmdocs/control", *ledgers.split(b",")])
            and signed_note(holder, signature, said)
            for holder, scope in holders
        )
        holders = [(key, ledgers)] if known else []
    origin, text, signatures = checkpoint
    for holder, scope in holders:
        for line in signatures.splitlines():
            _dash, name, encoded = line.split(b" ")
            signed = name == KEY_NAME and signed_note(holder, encoded, text)
            if signed and is_for(scope, origin):
                return holder
    raise NotProvedError(code="PROOF-CHECKPOINT")


def unpack(extra: bytes) -> tuple[list[bytes], bytes]:
    """Return the seven texts of an extra line, and the bytes after them."""
    length = int.from_bytes(extra[8:12], "big")
    count, shared = length & (1 << 31) - 1, length >> 31
    require(len(extra) >= 12 + count and sha256(extra[8:])[:8] == extra[:8], "PROOF-FORMAT")
    unpacker = zlib.decompressobj(wbits=-15, zdict=PHRASES if shared else b"")
    try:
        texts = unpacker.decompress(extra[12 : 12 + count], MOST).split(b"\n", 6)
    except zlib.error:
        raise NotProvedError(code="PROOF-FORMAT") from None
    require(unpacker.eof and not unpacker.unused_data and len(texts) == 7, "PROOF-FORMAT")
    return texts, extra[12 + count :]


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a name that stands twice would be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(pairs)
    return found


def event_in(leaf: bytes) -> dict[str, Any]:
    """Return an event, if it is of the format that is known here."""
    try:
        event = json.loads(leaf, object_pairs_hook=once)
        kinds = (
            *((event["index"], int), (event["kind"], str), (event["subject"], str)),
            *((event["time"], str), (event["files"], list), (event["facts"], dict)),
            *((event["actor"][name], str) for name in ("name", "staff_no", "fingerprint")),
            (event["previous"]["size"] if event["previous"] else 0, int),
            *((file[name], str) for file in event["files"] for name in ("path", "sha256")),
        )
        sound = all(type(value) is kind for value, kind in kinds) and event["format"] == 1
        require(sound and 0 <= event["index"] < 1 << 53, "PROOF-FORMAT")
        datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise NotProvedError(code="PROOF-FORMAT") from None
    return event


def relied_on(event: dict[str, Any]) -> tuple[str, int, bytes]:
    """Return name, size and root of the control ledger that an event relied on."""
    try:
        found = event["relied_on"]
        top = bytes.fromhex(found["root"])
        require(type(found["size"]) is int and len(top) == 32, "PROOF-FORMAT")
        return found["origin"], found["size"], top
    except (KeyError, TypeError, ValueError):
        raise NotProvedError(code="PROOF-FORMAT") from None


def person_key(event: dict[str, Any], entered: dict[str, Any], entry: bytes) -> bytes:
    """Return the key with which the person acted, by their entry in the register."""
    actor, digest = event["actor"], hashlib.sha256(entry).hexdigest()
    place = re.compile(rf"people/{re.escape(actor['staff_no'])}/[0-9]+\.json", re.ASCII)
    sealed = any(
        place.fullmatch(file["path"]) and file["sha256"] == digest for file in entered["files"]
    )
    about = (entered["kind"], entered["subject"])
    require(sealed and about == ("person", actor["staff_no"]), "PROOF-REGISTER")
    try:
        said = json.loads(entry, object_pairs_hook=once)
        who = (said["staff_no"], said["name"])
        require(who == (actor["staff_no"], actor["name"]), "PROOF-REGISTER")
        for line in said["keys"]:
            blob = base64.b64decode(line.split()[1], validate=True)
            name = "SHA256:" + base64.b64encode(sha256(blob)).decode().rstrip("=")
            if name == actor["fingerprint"] and blob[:-32] == SSH_KEY:
                return blob[-32:]
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
        pass
    raise NotProvedError(code="PROOF-REGISTER")


def ledger_directory(tree: bytes) -> bytes | None:
    """Return the object name of the directory ``ledger`` in a root directory of git."""
    found = None
    while tree:
        head, zero, rest = tree.partition(b"\0")
        require(zero and len(rest) >= 20 and b" " in head, "PROOF-SIGNATURE")
        if head == b"40000 ledger":
            require(found is None, "PROOF-SIGNATURE")
            found = rest[:20]
        tree = rest[20:]
    return found


def ssh_signed(data: bytes) -> bytes:
    """Return what ssh-keygen signs in the namespace of git (PROTOCOL.sshsig)."""
    parts = (b"git", b"", b"sha512", hashlib.sha512(data).digest())
    return b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def own_ledger(subject: str) -> str | None:
    """Return the ledger of a record's number: form, unit, year and part of 10,000 numbers."""
    found = re.fullmatch(r"(.+)-([A-Z]{2}[0-9]{2})-([0-9]{4})-([0-9]{4,6})", subject)
    if not found or int(found[4]) < 1:
        return None
    return f"rmdocs/records/{found[1]}/{found[2]}/{found[3]}/{(int(found[4]) - 1) // 10000 + 1}"


def examine(
    proof: bytes, keys: list[bytes], policy: Policy | None
) -> tuple[dict[str, Any], dict[str, Any] | None, tuple[str, int, bytes], str, dict[bytes, int]]:
    """Return the event that is proved, the later one if any, the ledger's state and its machine.

    And who of a policy cosigned that state, and when.
    """
    extra, index, path, text, origin, size, top, signatures = split_proof(proof)
    (head, leaf, entered_leaf, entry, later_leaf, last_leaf, commit), rest = unpack(extra)
    version = HEAD.fullmatch(head)
    require(version, "PROOF-FORMAT")
    chain = chain_in((version[4] or b"").split())
    event, entered = event_in(leaf), event_in(entered_leaf)
    later = event_in(later_leaf) if later_leaf else None
    last = event_in(last_leaf) if last_leaf else event
    control, known, control_top = relied_on(event)
    sealed, first = int(version[1] or version[2]), event["index"]
    after = later["index"] if later else first
    require(last["index"] == sealed - 1 < size and entered["index"] < known, "PROOF-FORMAT")
    require(first <= min(last["index"], after) and after < size, "PROOF-FORMAT")
    require(bool(last_leaf) == (first != sealed - 1), "PROOF-FORMAT")

    begin = ending(first, sealed)
    counts = (
        length(sealed - 1 - begin, sealed - begin),
        length(entered["index"], known),
        length(after, size) if later else 0,
    )
    need = 148 + 32 * sum(counts)
    require(len(rest) >= need, "PROOF-FORMAT")
    signature, ledger_signature, tiles = rest[:64], rest[64:128], rest[128:148]
    hashes = iter([rest[at : at + 32] for at in range(148, need, 32)])
    end_path, register, later_path = (list(islice(hashes, count)) for count in counts)
    tree = rest[need:]

    # The checkpoint is signed by a key that is trusted, or to which such a key leads, and cosigned.
    if policy and policy.logs:
        keys = [key for key in keys if key in policy.logs]
    key = ledger_key((origin, text, signatures), chain, keys)
    sealer = bytes.fromhex((version[3] or b"").decode()) or key_id(key)
    require(chain or not version[3] or sealer != key_id(key), "PROOF-FORMAT")
    witnesses = cosigned(policy, text, signatures) if policy else {}

    # The event, and a later one, are in the ledger of the record's number.
    require(origin.decode() == own_ledger(event["subject"]), "PROOF-EVENT")
    require(index == event["index"] and root(leaf, index, size, path) == top, "PROOF-EVENT")
    if later:
        same = later["subject"] == event["subject"] and after > index
        require(same and root(later_leaf, after, size, later_path) == top, "PROOF-LATER")

    # The key was entered for the person in the control ledger that the act relied on.
    there = root(entered_leaf, entered["index"], known, register)
    require(control == "rmdocs/control" and there == control_top, "PROOF-REGISTER")
    person = person_key(event, entered, entry)

    # With it, the commit was signed at whose end this ledger stood so; the event is of that
    # commit, since it is not before where the commit's last event says that it began.
    begun = event["previous"]["size"] if event["previous"] else 0
    same = all(event[name] == last[name] for name in ("previous", "actor"))
    require(same and begun <= index, "PROOF-SIGNATURE")
    end = root(last_leaf or leaf, sealed - 1 - begin, sealed - begin, end_path)
    past = base64.b64encode(earlier_root(leaf, (index, size), path, sealed, end))
    note = b"%s\n%d\n%s\n\n" % (origin, sealed, past)
    line = base64.b64encode(sealer + ledger_signature)
    note += b"\xe2\x80\x94 %s %s\n" % (KEY_NAME, line)
    ledger = b"100644 checkpoint\0" + git_name(b"blob", note) + b"40000 tile\0" + tiles
    same = ledger_directory(tree) == git_name(b"tree", ledger)
    said = b"tree %s\n" % git_name(b"tree", tree).hex().encode() + commit
    require(same and signed_by(person, signature, ssh_signed(said)), "PROOF-SIGNATURE")
    machine = chain[-1][0].decode() if chain else ""
    return event, later, (origin.decode(), size, top), machine, witnesses


def name_of(event: dict[str, Any], digest: str) -> str:
    """Return the name under which the event sealed the bytes of a digest."""
    documents = event["facts"].get("documents")
    if not isinstance(documents, dict) or not event["facts"].get("encryption"):
        documents = {}
    for name, found in documents.items():
        if found == digest:
            return name
    for file in event["files"]:
        if file["sha256"] == digest:
            return file["path"].rpartition("/")[2]
    raise NotProvedError(code="PROOF-FILE")


def whole(proof: bytes) -> bytes:
    """Return a proof whose parts were read one by one from the QR codes of its slip.

    :raises NotProvedError: if one is missing, or was read wrongly.
    """
    if PART not in proof:
        return proof
    found = [re.fullmatch(PART_LINE, part, re.DOTALL) for part in proof.split(PART)[1:]]
    parts = {int(one[1]): one for one in found if one}
    require(bool(parts), "PROOF-PARTS")
    _, count, digest, _ = next(iter(parts.values())).groups()
    require(all(one.group(2, 3) == (count, digest) for one in parts.values()), "PROOF-PARTS")
    require(set(parts) == set(range(1, int(count) + 1)), "PROOF-PARTS")
    text = b"".join(parts[at][4].rstrip() for at in sorted(parts)).replace(b"\r\n", b"\n") + b"\n"
    require(hashlib.sha256(text).hexdigest()[:16].encode() == digest, "PROOF-PARTS")
    return text


def check_code(size: int, top: bytes) -> str:
    """Return size and root as documents print them at the foot of their pages."""
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    values = [int.from_bytes(top) >> shift & 31 for shift in range(251, 151, -5)]
    check = 0
    for value in [*map(int, f"{size:09d}"), *values]:
        check = (check ^ value) << 1
        check ^= 37 if check > 31 else 0
    text = "".join(signs[value] for value in (*values, check))
    return f"{size}·{'-'.join((text[:4], text[4:8], text[8:12], text[12:16], text[16:]))}"


def judge(file: bytes, proof: bytes, keys: bytes, policy: bytes | None = None) -> list[str]:
    """Return what the proof says of a file, as lines.

    :param policy: which witnesses whoever asks wants to have cosigned the checkpoint.
    :raises NotProvedError: if it proves nothing of it.
    """
    asked = policy_in(policy) if policy is not None else None
    event, later, (origin, size, top), machine, witnesses = examine(
        whole(proof), keys_in(keys), asked
    )
    sealed = name_of(event, hashlib.sha256(file).hexdigest())
    facts = event["facts"]
    edition = facts.get("edition") or facts.get("of_edition") or ""
    lines = [
        "YES, byte by byte what was sealed. 是，与封存时逐字节一致。",
        f"number 编号      {event['subject']}",
        f"edition 版次     {edition}",
        f"act 事件         {event['kind']}",
        f"time 时间        {clocks(event['time'])}",
        f"signed by 签署人 {event['actor']['name']} ({event['actor']['staff_no']})",
        f"sealed as 文件   {sealed}",
        f"ledger 账本      {origin}",
        f"check code 核验码 {check_code(size, top)}",
    ]
    if facts.get("encryption"):
        lines += [
            "Stored encrypted: the document's SHA-256 is proved, nothing of the record's content.",
            "加密保存：已证明文件的 SHA-256；记录内容未予证明。",
        ]
    if later:
        lines += [
            f"NOT THE LAST WORD: {later['kind']} on {clocks(later['time'])}",
            f"并非最终状态：此后有事件 {later['kind']}（{clocks(later['time'])}）",
        ]
    if machine:
        lines += [
            f"Signed by the machine {machine}; not shown: that its key had not ended by then.",
            f"检查点由机器 {machine} 签署；未能证明：当时该密钥未停用。",
        ]
    for name, time in sorted(witnesses.items()):
        lines.append(f"witness 见证人    {name.decode('utf-8', 'replace')} ({utc(time)})")
    return [*lines, *(line for limit in LIMITS[: 2 if witnesses else 3] for line in limit)]


def clocks(time: str) -> str:
    """Return the time of an event by two clocks: that of Beijing, and UTC, as it is sealed."""
    at = datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    try:
        there = f"{at.astimezone(BEIJING)} 北京时间 Beijing, "
    except OverflowError:  # the last hours that a clock can show
        there = ""
    return f"{there}{at:%Y-%m-%d %H:%M:%S} UTC"


def utc(seconds: int) -> str:
    """Return seconds since 1970 as a time; as they are after the year 9999."""
    if seconds >= 253_402_300_800:
        return str(seconds)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}Z"


def other_kind(proof: bytes) -> tuple[str, str, str] | None:
    """Return what somebody gave that is no proof file, and what judges it; None if unknown."""
    for beginnings, *said in OTHERS:
        if proof.removeprefix(b"\xef\xbb\xbf").startswith(beginnings) and PART not in proof:
            return said[0], said[1], said[2]
    return None


def not_judged(name: str, kind: tuple[str, str, str]) -> tuple[int, str]:
    """Return what is said of what is not judged here: neither yes nor no."""
    called, way, in_chinese = kind
    return 2, (
        f"NOT JUDGED HERE. 本工具不核对此类文件。\n{name}: {called}\n  → {way}\n"
        f"{name}：{in_chinese}\n  → {way}"
    )


def read(name: str, most: int) -> bytes:
    """Return what is in a file: of a pipe, which is given on purpose, one byte more than most.

    :raises OSError: if it cannot be read; or is something else, such as a device without an end.
    """
    there = Path(name).stat()
    if stat.S_ISREG(there.st_mode):
        most = min(most, there.st_size)
    elif not stat.S_ISFIFO(there.st_mode):
        raise OSError(errno.EINVAL, "not a file 不是文件", name)
    with Path(name).open("rb") as opened:
        return opened.read(most + 1)


def read_all(arguments: list[str]) -> list[bytes]:
    found = [read(name, MOST if place else LARGEST) for place, name in enumerate(arguments)]
    if len(found[0]) > LARGEST:
        raise OSError(errno.EFBIG, "larger than 1 GB 大于 1 GB", arguments[0])
    return found


def answer(arguments: list[str]) -> tuple[int, str]:
    """Return the exit code, and what is said."""
    if len(arguments) not in {3, 4}:
        return 2, __doc__ or ""
    try:
        for name in arguments:
            if (Path(name) / "bagit.txt").exists():
                return not_judged(name, PACK)
        contents = read_all(arguments)
        kind = other_kind(contents[1])
        if kind is not None:
            return not_judged(arguments[1], kind)
        lines = judge(*contents)
    except OSError as problem:
        return 2, f"{problem.filename}: {problem.strerror}"
    except NotProvedError as problem:
        return no(problem.code, arguments[2])
    return 0, "\n".join(lines)


def no(code: str, keys: str) -> tuple[int, str]:
    """Return what is said where nothing is proved; by unreadable keys nothing is judged."""
    if code == "PROOF-KEYS":
        return 2, f"{keys}: {KEYS_WANTED}"
    return 1, f"NO. 否。\n{code}: {REASONS[code][0]}\n{code}: {REASONS[code][1]}"


def put(stream: TextIO | None, text: str) -> str:
    """Write a text; return what hinders it, or nothing."""
    if stream is None:  # it was closed: the exit code says it as well
        return ""
    coding = stream.encoding or "utf-8"
    try:
        print(text.encode(coding, "backslashreplace").decode(coding), file=stream, flush=True)
    except OSError as problem:
        # Python would try once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        # Whoever reads a pipe may have heard enough; the exit code says it as well.
        return "" if isinstance(problem, BrokenPipeError) else str(problem.strerror)
    return ""


def main(arguments: list[str]) -> int:
    code, said = answer(arguments)
    # Names may hold what a terminal would obey.
    text = "\n".join(
        "".join(c if c.isprintable() else "�" for c in line) for line in said.split("\n")
    )
    problem = put(sys.stderr if code > 1 else sys.stdout, text)
    if problem:
        put(sys.stderr, f"The answer cannot be written. 无法写出结果。{problem}")
        return 2
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
