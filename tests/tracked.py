"""Word documents as LibreOffice has them once their tracked changes are accepted or rejected.

One process settles many documents: a macro in a profile of its own opens each, gives
the command, and writes what is left as flat XML, which is read here.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from lxml import etree

ACCEPTED, REJECTED = "AcceptAllTrackedChanges", "RejectAllTrackedChanges"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_SIGNS = {"tab": " ", "s": " ", "line-break": " ", "page-number": "#", "page-count": "#"}
_APART = (f"{_DRAW}frame", f"{_DRAW}custom-shape", f"{_TEXT}note")
_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")
_NO_TEXT = (f"{_OFFICE}binary-data", f"{_TEXT}note-citation", f"{_TEXT}tracked-changes")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")
_DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE {0}:{1} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{2}.dtd">\n'
)
_LIBRARY = (
    _DOCTYPE.format("library", "library", "library")
    + '<library:library xmlns:library="http://openoffice.org/2000/library"'
    ' library:name="Standard" library:readonly="false" library:passwordprotected="false">'
    '<library:element library:name="Tracked"/></library:library>'
)
_MACRO = (
    _DOCTYPE.format("script", "module", "module")
    + """<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Tracked"
 script:language="StarBasic">
Sub Settle(jobs As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  Dim flat(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  flat(0).Name = "FilterName"
  flat(0).Value = "OpenDocument Text Flat XML"
  dispatcher = createUnoService("com.sun.star.frame.DispatchHelper")
  Open jobs For Input As #1
  Do While Not Eof(1)
    Line Input #1, job
    parts = Split(job, " ")
    document = StarDesktop.loadComponentFromURL(parts(0), "_blank", 0, hidden())
    If Not IsNull(document) Then
      frame = document.CurrentController.Frame
      dispatcher.executeDispatch(frame, ".uno:" &amp; parts(1), "", 0, Array())
      document.storeToURL(parts(2), flat())
      document.close(True)
    End If
  Loop
  Close #1
End Sub
</script:module>"""
)


def settled(documents: Mapping[str, tuple[bytes, str]], folder: Path) -> dict[str, list[str]]:
    """Return the lines of each document's body, then of its headers and footers.

    :param documents: by name, a .docx and what to do with its changes, ``ACCEPTED`` or
        ``REJECTED``. What LibreOffice cannot open is left out of the answer.
    """
    office = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    # The first start lays a standard library of its own over any that is there.
    _run([*office, "--terminate_after_init"])
    library = folder / "profile" / "user" / "basic" / "Standard"
    (library / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    (library / "Tracked.xba").write_text(_MACRO, encoding="utf-8")
    jobs = []
    for number, (document, act) in enumerate(documents.values()):
        source, made = folder / f"{number}.docx", folder / f"{number}.fodt"
        source.write_bytes(document)
        jobs.append(f"{source.as_uri()} {act} {made.as_uri()}\n")
    (folder / "jobs").write_text("".join(jobs), encoding="utf-8")
    _run([*office, "--norestore", f'macro:///Standard.Tracked.Settle("{folder / "jobs"}")'])
    found = {name: folder / f"{number}.fodt" for number, name in enumerate(documents)}
    return {name: _lines(path.read_bytes()) for name, path in found.items() if path.is_file()}


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=180)


def _lines(flat: bytes) -> list[str]:
    root = etree.fromstring(flat, etree.XMLParser(huge_tree=True))
    margins = [part for page in root.iter(f"{_STYLE}master-page") for part in page]
    found = [line for part in (root.find(f"{_OFFICE}body"), *margins) for line in _blocks(part)]
    return [line for line in found if line]


def _blocks(parent: etree._Element) -> list[str]:
    found: list[str] = []
    for child in parent:
        if child.tag in _PARAGRAPHS:
            apart: list[etree._Element] = []
            text = re.sub(r"\s+", " ", _UNSEEN.sub("", _shown(child, apart))).strip()
            found += [text, *(line for holder in apart for line in _blocks(holder))]
        elif child.tag not in _NO_TEXT:
            found += _blocks(child)
    return found


def _shown(element: etree._Element, apart: list[etree._Element]) -> str:
    text = element.text or ""
    for child in element:
        name = etree.QName(child).localname
        if child.tag in _APART:
            apart.append(child)
        elif child.tag not in _NO_TEXT:
            text += _SIGNS.get(name) or _shown(child, apart)
        text += child.tail or ""
    return text
