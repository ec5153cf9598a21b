"""What is looked at before anything of an upload is parsed. Bytes in, a refusal out; no process, no openpyxl."""

import re
import stat
import zipfile
from io import BytesIO
from typing import IO, Literal

from accreditation.core.errors import DomainError
from accreditation.core.sheets.limits import MB, Limits

ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls, and of every workbook with a password
BLOCK = 64 * 1024
XML_ENDINGS = (".xml", ".rels", ".vml")
# Long enough that a declaration cut in two by a block is seen whole in the overlap.
OVERLAP = 64
DECLARATIONS = re.compile(
    b"|".join(
        re.escape(word.encode(encoding))
        for word in ("<!DOCTYPE", "<!ENTITY")
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    )
)
SAVE_AGAIN = "Open it in Excel or LibreOffice, save it as an .xlsx file without a password, and upload that."
TOO_MUCH = (
    "The file takes too long or too much memory to read. "
    "Copy the cells you need into a new workbook, save it as .xlsx, and upload that."
)


class SheetRefused(DomainError):
    """The upload is not read. Each reason says what to do about it."""


def kind_of_file(data: bytes, limits: Limits) -> Literal["xlsx", "csv"]:
    """What the bytes are, whatever the file is called. Raises SheetRefused for anything else."""
    if not data.strip():
        raise SheetRefused("The file is empty. Choose the spreadsheet again.")
    if len(data) > limits.upload:
        raise SheetRefused(
            f"The file is {len(data) / MB:.1f} MB; at most {limits.upload // MB} MB are read. "
            "Delete pictures and sheets that are not needed, or split it in two."
        )
    if data.startswith(ZIP):
        return "xlsx"
    if data.startswith(COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise SheetRefused(f"The file is protected by a password. {SAVE_AGAIN}")
        raise SheetRefused(f"The file is in the old .xls format. {SAVE_AGAIN}")
    if data.startswith(
        (
            b"%PDF",
            b"\x89PNG",
            b"\xff\xd8\xff",
            b"GIF8",
            b"{\\rtf",
            b"Rar!",
            b"7z\xbc\xaf",
            b"\x1f\x8b",
        )
    ):
        raise SheetRefused(f"The file is not a spreadsheet. {SAVE_AGAIN}")
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetRefused(f"The file is not a spreadsheet that can be read. {SAVE_AGAIN}")
    if re.match(rb"(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html)", data[:200], re.IGNORECASE):
        raise SheetRefused(f"The file is a web page or XML, not a spreadsheet. {SAVE_AGAIN}")
    return "csv"


def check_archive(data: bytes, limits: Limits) -> None:
    """Refuse an .xlsx that is damaged, too big unpacked, or holds what a spreadsheet does not need.

    The sizes written in the archive are checked first, then counted while unpacking: the written ones may lie.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, limits)
            counted = 0
            for entry in entries:
                with archive.open(entry) as content:
                    counted = _count(content, entry, counted, limits)
            names = {entry.filename for entry in entries}
    except SheetRefused:
        raise
    except Exception as damage:
        # zipfile, zlib, lzma and bz2 each raise errors of their own, and nothing but unpacking happens here.
        raise SheetRefused(f"The file is damaged or was only partly saved. {SAVE_AGAIN}") from damage
    if "mimetype" in names and "content.xml" in names:
        raise SheetRefused(f"The file is an OpenDocument spreadsheet. {SAVE_AGAIN}")
    if "xl/workbook.bin" in names:
        raise SheetRefused(f"The file is in the .xlsb format. {SAVE_AGAIN}")
    if "[Content_Types].xml" not in names:
        raise SheetRefused(f"The file is a zip archive, not a spreadsheet. {SAVE_AGAIN}")


def _check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise SheetRefused(
            f"The file consists of {len(entries):,} parts; at most {limits.entries} are read. {SAVE_AGAIN}"
        )
    if len({entry.filename for entry in entries}) < len(entries):
        raise SheetRefused(f"The file holds two parts of one name. {SAVE_AGAIN}")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise SheetRefused(f"The file is protected by a password. {SAVE_AGAIN}")
        if _leads_elsewhere(entry):
            raise SheetRefused(f"The file holds a part that points outside itself. {SAVE_AGAIN}")
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise SheetRefused(_too_big(limits))
    for entry in entries:
        if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise SheetRefused(_too_big(limits))


def _leads_elsewhere(entry: zipfile.ZipInfo) -> bool:
    # orig_filename, because zipfile itself cuts a name at its first NUL.
    name = entry.orig_filename
    return (
        name.startswith(("/", "\\"))
        or "\0" in name
        or ":" in name
        or ".." in re.split(r"[/\\]", name)
        or stat.S_ISLNK(entry.external_attr >> 16)
    )


def _too_big(limits: Limits) -> str:
    return (
        f"The file unpacks to more than {limits.unpacked // MB} MB, or far more than its size suggests. "
        "Copy the cells you need into a new workbook, save it as .xlsx, and upload that."
    )


def _count(content: IO[bytes], entry: zipfile.ZipInfo, counted: int, limits: Limits) -> int:
    """Unpack one entry block by block, keep none of it, and refuse on the way."""
    unpacked = 0
    is_xml = entry.filename.lower().endswith(XML_ENDINGS)
    tail = b""
    while block := content.read(BLOCK):
        unpacked += len(block)
        if counted + unpacked > limits.unpacked:
            raise SheetRefused(_too_big(limits))
        if is_xml and DECLARATIONS.search(tail + block):
            raise SheetRefused(f"The file holds a document type declaration, which no spreadsheet needs. {SAVE_AGAIN}")
        tail = block[-OVERLAP:]
    if unpacked > limits.ratio_from and unpacked > limits.ratio * max(entry.compress_size, 1):
        raise SheetRefused(_too_big(limits))
    return counted + unpacked
