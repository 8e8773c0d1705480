"""Builds small workbooks by hand, good and hostile ones: no library would write the latter."""

import io
import resource
import struct
import zipfile

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
FORMATS = '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
STYLES = f'<styleSheet {MAIN}><cellXfs count="3">{FORMATS}</cellXfs></styleSheet>'


def text(ref, value):
    return f'<c r="{ref}" t="inlineStr"><is><t>{value}</t></is></c>'


def grid(*rows):
    """Write rows of str, int, float or None as sheet data."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = ""
        for column, value in enumerate(row):
            ref = f"{chr(65 + column)}{number}"
            if isinstance(value, str):
                cells += text(ref, value)
            elif value is not None:
                cells += f'<c r="{ref}"><v>{value!r}</v></c>'
        lines.append(f'<row r="{number}">{cells}</row>')
    return "".join(lines)


def sheet(data, *, merged=(), dimension="", tail=""):
    dimension = f'<dimension ref="{dimension}"/>' if dimension else ""
    merges = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    merges = f"<mergeCells>{merges}</mergeCells>" if merges else ""
    body = f"{dimension}<sheetData>{data}</sheetData>{merges}{tail}"
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {MAIN}>{body}</worksheet>'


def relation(name, kind, target):
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def members(sheets, *, shared=None, date1904=False, states=None):
    """Return {member name: content} of a workbook; `sheets` is {name: worksheet XML}."""
    states = states or {}
    tags, rels, parts = "", "", {}
    for number, (name, xml) in enumerate(sheets.items(), 1):
        state = f' state="{states[name]}"' if name in states else ""
        tags += f'<sheet name="{name}" sheetId="{number}"{state} r:id="rId{number}"/>'
        rels += relation(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml")
        parts[f"xl/worksheets/sheet{number}.xml"] = xml
    rels += relation("rId90", "styles", "styles.xml")
    if shared is not None:
        rels += relation("rId91", "sharedStrings", "sharedStrings.xml")
        parts["xl/sharedStrings.xml"] = shared
    root = relation("rId1", "officeDocument", "xl/workbook.xml")
    epoch = '<workbookPr date1904="1"/>' if date1904 else ""
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f"<Relationships {LINKS}>{root}</Relationships>",
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}">{epoch}<sheets>{tags}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships {LINKS}>{rels}</Relationships>",
        "xl/styles.xml": STYLES,
        **parts,
    }


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if isinstance(content, str | bytes):
                archive.writestr(name, content)
            else:
                with archive.open(name, "w", force_zip64=False) as member:
                    for piece in content:
                        member.write(piece)
    return out.getvalue()


def workbook(*rows, merged=(), **more):
    return packed(members({"名册": sheet(grid(*rows), merged=merged)}, **more))


def with_part(name, content="<x/>"):
    return packed({**members({"名册": sheet(grid(["姓名"], ["王玥"]))}), name: content})


def giant_grid():
    data = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return packed(members({"名册": sheet(data, dimension="A1:XFD1048576")}))


def row_flood(cell='<c r="A{0}"><v>1</v></c>', rows=1_000_000, first=""):
    data = (f'<row r="{n}">{cell.format(n)}</row>' for n in range(2, rows + 2))

    def pieces():
        yield f"<worksheet {MAIN}><sheetData>{first}".encode()
        block = []
        for one in data:
            block.append(one)
            if len(block) == 50_000:
                yield "".join(block).encode()
                block.clear()
        yield ("".join(block) + "</sheetData></worksheet>").encode()

    return packed({**members({"名册": ""}), "xl/worksheets/sheet1.xml": pieces()})


def zip_bomb(megabytes=600, name="xl/sharedStrings.xml", tag="t"):
    def pieces():
        yield f"<sst {MAIN}><si><{tag}>".encode()
        for _ in range(megabytes):
            yield b"A" * 1_000_000
        yield f"</{tag}></si></sst>".encode()

    parts = members({"名册": sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')}, shared="")
    return packed({**parts, name: pieces()})


def lying_sizes(source):
    """Say in the zip directory that every member is 100 bytes."""
    data = bytearray(source)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", 100)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def encrypted_members(source):
    data = bytearray(source)
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def cpu_seconds() -> float:
    """Return the processor time of this process and its ended children.

    The promise is three seconds on a free machine; waiting for a busy one proves nothing.
    """
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
