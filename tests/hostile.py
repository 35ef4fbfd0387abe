"""Files that break, blind or burden whoever reads them, made in a moment and small on disk."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sheets import document, drawn, scanned

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {w} {h}] /Contents 4 0 R {more} >>"
_MEGABYTE = 2**20
_SIDE = 1_240, 1_754


def pdf(*objects: bytes | str, trailer: str = "") -> bytes:
    """Return a PDF of these objects, the first of them its catalog."""
    data, offsets = _HEADER, []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        written = body if isinstance(body, bytes) else body.encode("latin-1")
        data += f"{number} 0 obj\n".encode() + written + b"\nendobj\n"
    start, count = len(data), len(objects) + 1
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    data += f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode()
    data += f"trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n".encode()
    return data + b"%%EOF\n"


def stream(data: bytes, more: str = "") -> bytes:
    return f"<< /Length {len(data)} {more} >>\nstream\n".encode() + data + b"\nendstream"


def one_page(
    content: bytes = b"",
    filtered: str = "",
    *others: bytes | str,
    width: float = 595,
    height: float = 842,
    more: str = "",
    count: int = 1,
) -> bytes:
    """Return a PDF of one page; ``others`` are numbered from 5 on."""
    return pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [3 0 R] /Count {count} >>",
        _PAGE.format(w=width, h=height, more=more),
        stream(content, filtered),
        *others,
    )


def inflating(unit: bytes, size: int) -> bytes:
    """Return a deflated stream of as many ``unit`` as make ``size`` bytes, small and quickly."""
    block = unit * (_MEGABYTE // len(unit))
    times, check = size // len(block), 1
    for _ in range(times):
        check = zlib.adler32(block, check)
    squeeze = zlib.compressobj(9, wbits=-15)
    squeeze.compress(b"")
    deflated = squeeze.compress(block) + squeeze.flush(zlib.Z_FULL_FLUSH)
    end = squeeze.flush(zlib.Z_FINISH)
    return b"\x78\xda" + deflated * times + end + check.to_bytes(4, "big")


def png(width: int, height: int, kind: int = 0, bits: int = 8, data: bytes = b"") -> bytes:
    """Return a PNG that claims to be so large, whatever its data."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + check

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def picture_page(
    width: int, height: int, data: bytes, coding: str = "/FlateDecode", space: str = "Gray"
) -> bytes:
    """Return a PDF whose page is one picture."""
    image = stream(
        data,
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /Filter {coding} "
        f"/ColorSpace /Device{space} /BitsPerComponent 8",
    )
    shown = "/Resources << /XObject << /X 5 0 R >> >>"
    return one_page(b"q 595 0 0 842 0 0 cm /X Do Q", "", image, more=shown)


def coded(serial: int) -> tuple[bytes, PdfWriter]:
    """Return a sheet that can be filed, and the same to be changed."""
    made = document(serial, 1)[1]
    return made, PdfWriter(clone_from=PdfReader(BytesIO(made)))


def written(writer: PdfWriter) -> bytes:
    data = BytesIO()
    writer.write(data)
    return data.getvalue()


def sheet(serial: int) -> bytes:
    """Return a good sheet as JPEG."""
    return scanned(drawn(document(serial, 1)[1], 150)[0], serial)


def _restricted(serial: int) -> bytes:
    writer = coded(serial)[1]
    writer.encrypt("", "owner", algorithm="AES-256")
    return written(writer)


def _locked(serial: int) -> bytes:
    writer = coded(serial)[1]
    writer.encrypt("secret", algorithm="RC4-128")
    return written(writer)


def _scripted(serial: int) -> bytes:
    writer = coded(serial)[1]
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    entries = {NameObject(key): value for key, value in action.items()}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(entries)
    return written(writer)


def _attached(serial: int) -> bytes:
    writer = coded(serial)[1]
    writer.add_attachment("a.exe", b"MZ")
    return written(writer)


def _annotated(serial: int) -> bytes:
    writer = coded(serial)[1]
    note = FreeText(text="paid", rect=(0, 0, 595, 842), background_color="ffffff")
    writer.add_annotation(0, note)
    return written(writer)


def _nested_resources(serial: int) -> bytes:
    """Return a good page whose resources hold arrays in arrays, deeper than Python goes."""
    writer = coded(serial)[1]
    page = writer.pages[0]
    page["/Resources"].get_object()[NameObject("/Properties")] = TextStringObject("DEEP")
    data = written(writer)
    deep = b"<< /D " + b"[" * 5000 + b"]" * 5000 + b" >>"
    return data.replace(b"(DEEP)", deep)


def _hidden_script(serial: int) -> bytes:
    """Return a good page whose catalog, script and all, is deflated."""
    made = coded(serial)[0]
    size = made.rfind(b"/Size")
    number = int(made[size + 5 :].split()[0])
    reader = PdfReader(BytesIO(made))
    root = reader.trailer.raw_get("/Root").idnum
    pages = reader.root_object.raw_get("/Pages").idnum
    catalog = (
        f"<< /Type /Catalog /Pages {pages} 0 R "
        "/OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"
    ).encode()
    inner = f"{root} 0 ".encode()
    packed = zlib.compress(inner + catalog)
    at = len(made)
    holder = stream(packed, f"/Type /ObjStm /N 1 /First {len(inner)} /Filter /FlateDecode")
    body = f"{number} 0 obj\n".encode() + holder + b"\nendobj\n"
    table_at = at + len(body)
    rows = struct.pack(">BIH", 2, number, 0), struct.pack(">BIH", 1, at, 0)
    rows += (struct.pack(">BIH", 1, table_at, 0),)
    before = int(made[made.rfind(b"startxref") + 9 :].split()[0])
    table = stream(
        b"".join(rows),
        f"/Type /XRef /Size {number + 2} /W [1 4 2] /Index [{root} 1 {number} 2] "
        f"/Root {root} 0 R /Prev {before}",
    )
    body += f"{number + 1} 0 obj\n".encode() + table + b"\nendobj\n"
    return made + body + f"startxref\n{table_at}\n%%EOF\n".encode()


def _laughing() -> bytes:
    """Return a page that draws a form, which draws ten, which draw ten each, ten times over."""
    forms = []
    for number in range(5, 16):
        inner = b"/X Do " * 10 if number < 15 else b"0 0 9 9 re f "
        names = f"/Resources << /XObject << /X {number + 1} 0 R >> >>" if number < 15 else ""
        forms.append(stream(inner, f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] {names}"))
    return one_page(b"/X Do", "", *forms, more="/Resources << /XObject << /X 5 0 R >> >>")


def _self_drawing() -> bytes:
    form = stream(
        b"/X Do",
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>",
    )
    return one_page(b"/X Do", "", form, more="/Resources << /XObject << /X 5 0 R >> >>")


def _object_bomb(size: int) -> bytes:
    """Return a PDF whose catalog is in an object stream that inflates to ``size``."""
    packed = inflating(b" ", size)
    at = len(_HEADER)
    holder = stream(packed, "/Type /ObjStm /N 1 /First 1000 /Filter /FlateDecode")
    body = b"2 0 obj\n" + holder + b"\nendobj\n"
    table_at = at + len(body)
    rows = (
        struct.pack(">BIH", 0, 0, 65535),
        struct.pack(">BIH", 2, 2, 0),
        struct.pack(">BIH", 1, at, 0),
        struct.pack(">BIH", 1, table_at, 0),
    )
    table = stream(b"".join(rows), "/Type /XRef /Size 4 /W [1 4 2] /Root 1 0 R")
    body += b"3 0 obj\n" + table + b"\nendobj\n"
    return _HEADER + body + f"startxref\n{table_at}\n%%EOF\n".encode()


def _table_loop(serial: int) -> bytes:
    """Return a PDF whose cross-reference table says that the one before it is itself."""
    made = coded(serial)[0]
    table = int(made[made.rfind(b"startxref") + 9 :].split()[0])
    return made.replace(b"trailer\n<<", f"trailer\n<< /Prev {table}".encode())


def _tiff(frames: int, *, loop: bool = False) -> bytes:
    """Return a TIFF of so many pages of a few dots; or whose last one leads to the first."""
    dots = b"\xff" * 64
    data, first = b"II*\0" + struct.pack("<I", 8 + len(dots)) + dots, 8 + len(dots)
    entries = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 8, 279: 64}
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries.items())
    size = 2 + len(rows) + 4
    made = [data]
    for at in range(1, frames + 1):
        after = first + at * size if at < frames else first * loop
        made.append(struct.pack("<H", len(entries)) + rows + struct.pack("<I", after))
    return b"".join(made)


def _many_pages(count: int) -> bytes:
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + count))
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    pages = f"<< /Type /Pages /Kids [{kids}] /Count {count} >>"
    return pdf("<< /Type /Catalog /Pages 2 0 R >>", pages, *[page] * count)


def _registry(serial: int) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f"<w:document>{serial}</w:document>")
    return packed.getvalue()


def _zip_bomb(size: int) -> bytes:
    packed = BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("bomb", "w", force_zip64=True) as member,
    ):
        for _ in range(size // _MEGABYTE):
            member.write(bytes(_MEGABYTE))
    return packed.getvalue()


def _cut_pdf(serial: int) -> bytes:
    whole = BytesIO()
    image = Image.open(BytesIO(sheet(serial)))
    image.save(whole, "PDF", resolution=150)
    return whole.getvalue()[: len(whole.getvalue()) // 2]


def _cut_inside(serial: int) -> bytes:
    """Return a whole PDF of a picture that is cut off."""
    data = sheet(serial)
    return picture_page(*_SIDE, data[: len(data) // 2], "/DCTDecode", "RGB")


def _squeezed(serial: int) -> bytes:
    """Return a scan whose JPEG was deflated once more, as some machines do."""
    return picture_page(*_SIDE, zlib.compress(sheet(serial)), "[/FlateDecode /DCTDecode]", "RGB")


def _huge_jpeg() -> bytes:
    data = BytesIO()
    Image.new("L", (64, 64), 255).save(data, "JPEG")
    jpeg = bytearray(data.getvalue())
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(jpeg)


def _two_in_one(serial: int) -> bytes:
    """Return a photograph that carries a second, smaller picture of the same, as telephones do."""
    data, image = BytesIO(), Image.open(BytesIO(sheet(serial)))
    small = image.resize((image.width // 2, image.height // 2))
    image.save(data, "MPO", save_all=True, append_images=[small], quality=90)
    return data.getvalue()


@dataclass(frozen=True)
class Bad:
    """A bad file, and what is to become of it.

    :param make: its content, given a serial number for the sheet in it.
    :param scan: code of what ``rmdocs scan`` says of it; empty if the sheet is as good as any.
    :param signatures: code of what ``rmdocs signatures`` says of it.
    :param heavy: whether it takes gigabytes or many seconds until it is given up.
    """

    make: Callable[[int], bytes]
    scan: str
    signatures: str = "PDF-NOT"
    heavy: bool = False


_DAMAGED, _NONE = "PDF-DAMAGED", "SIG-NONE"
_RING = "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"
_GIGABYTES = 2**31

FILES: Mapping[str, Bad] = {
    "good.jpg": Bad(sheet, ""),
    "good-named.pdf": Bad(sheet, ""),
    "a-pdf-named.jpg": Bad(lambda n: coded(n)[0], "", _NONE),
    "squeezed.pdf": Bad(_squeezed, "", _NONE),
    "two-in-one.jpg": Bad(_two_in_one, ""),
    "hidden-script.pdf": Bad(_hidden_script, "", "PDF-ACTIVE"),
    "table-in-a-ring.pdf": Bad(_table_loop, "", _DAMAGED),
    "no-table.pdf": Bad(
        lambda n: coded(n)[0].replace(b"startxref", b"st"), "SCAN-DAMAGED", _DAMAGED
    ),
    "locked.pdf": Bad(_locked, "SCAN-FILE-ENCRYPTED", "PDF-ENCRYPTED"),
    "restricted.pdf": Bad(_restricted, "SCAN-FILE-ENCRYPTED", "PDF-ENCRYPTED"),
    "cut.jpg": Bad(lambda n: sheet(n)[:60_000], "SCAN-DAMAGED"),
    "cut.pdf": Bad(_cut_pdf, "SCAN-FILE-DAMAGED", _DAMAGED),
    "cut.tif": Bad(lambda _: _tiff(9)[:-60], "SCAN-FILE-DAMAGED"),
    "cut-inside.pdf": Bad(_cut_inside, "SCAN-DAMAGED", _NONE),
    "claims.png": Bad(lambda _: png(40_000, 40_000), "SCAN-FILE-LARGE"),
    "claims.jpg": Bad(lambda _: _huge_jpeg(), "SCAN-FILE-LARGE"),
    "claims-inside.pdf": Bad(
        lambda _: picture_page(65_535, 65_535, _huge_jpeg(), "/DCTDecode"), "SCAN-TOO-LARGE", _NONE
    ),
    "picture-bomb.pdf": Bad(
        lambda _: picture_page(40_000, 40_000, inflating(b"\0", _GIGABYTES // 8)),
        "SCAN-TOO-LARGE",
        _NONE,
    ),
    "small-picture-bomb.pdf": Bad(
        lambda _: picture_page(100, 100, inflating(b"\xff", _GIGABYTES // 4)), "SCAN-BLANK", _NONE
    ),
    "white.png": Bad(
        lambda _: png(10_900, 10_900, 6, data=inflating(b"\0", 10_900 * 43_601 + _MEGABYTE)),
        "SCAN-BLANK",
        heavy=True,
    ),
    "content-bomb.pdf": Bad(
        lambda _: one_page(inflating(b"q Q ", _GIGABYTES), "/Filter /FlateDecode"),
        "SCAN-BROKEN",
        _NONE,
        heavy=True,
    ),
    "drawing-bomb.pdf": Bad(
        lambda _: one_page(inflating(b"0 0 9 9 re f ", _GIGABYTES), "/Filter /FlateDecode"),
        "SCAN-BROKEN",
        _NONE,
        heavy=True,
    ),
    "object-bomb.pdf": Bad(
        lambda _: _object_bomb(_GIGABYTES), "SCAN-FILE-BROKEN", _DAMAGED, heavy=True
    ),
    "laughs.pdf": Bad(lambda _: _laughing(), "SCAN-BROKEN", _NONE, heavy=True),
    "draws-itself.pdf": Bad(lambda _: _self_drawing(), "SCAN-BLANK", _NONE),
    "zip-bomb.pdf": Bad(lambda _: _zip_bomb(2**28), "SCAN-FILE-KIND", heavy=True),
    "letter.docx": Bad(_registry, "SCAN-FILE-KIND"),
    "script.pdf": Bad(_scripted, "SCAN-FILE-ACTIVE", "PDF-ACTIVE"),
    "attached.pdf": Bad(_attached, "SCAN-FILE-ACTIVE", _NONE),
    "annotated.pdf": Bad(_annotated, "SCAN-NOTES", _NONE),
    "many-frames.tif": Bad(lambda _: _tiff(60_000), "SCAN-FILE-PAGES"),
    "frames-in-a-ring.tif": Bad(lambda _: _tiff(3, loop=True), "SCAN-BLANK"),
    "many-pages.pdf": Bad(lambda _: _many_pages(501), "SCAN-FILE-PAGES", _NONE),
    "empty.pdf": Bad(lambda _: b"", "SCAN-FILE-EMPTY"),
    "header.pdf": Bad(lambda _: b"%PDF-1.7 nothing", "SCAN-FILE-DAMAGED", _DAMAGED),
    "pages-in-a-ring.pdf": Bad(
        lambda _: pdf("<< /Type /Catalog /Pages 2 0 R >>", _RING), "SCAN-DAMAGED", _NONE
    ),
    "claims-pages.pdf": Bad(lambda _: one_page(count=99_999_999), "SCAN-BLANK", _NONE),
    "nested.pdf": Bad(lambda _: one_page(more="/X " + "[" * 50_000), "SCAN-BLANK", _DAMAGED),
    "nested-resources.pdf": Bad(_nested_resources, "SCAN-DAMAGED", _DAMAGED),
    "nested-drawing.pdf": Bad(lambda _: one_page(b"q " * 2_000_000), "SCAN-BLANK", _NONE),
    "two-hundred-inches.pdf": Bad(
        lambda _: one_page(width=14_400, height=14_400), "SCAN-TOO-LARGE", _NONE
    ),
    "no-size.pdf": Bad(lambda _: one_page(width=0, height=0), "SCAN-BLANK", _NONE),
}
"""By name; the sheets that are good are each a document of its own."""


def lay_down(folder: Path, *, heavy: bool = False) -> dict[str, Path]:
    """Write the bad files, and return where they lie by their names."""
    paths = {}
    for serial, (name, bad) in enumerate(FILES.items(), 1):
        if heavy or not bad.heavy:
            paths[name] = folder / name
            paths[name].write_bytes(bad.make(serial))
    return paths
