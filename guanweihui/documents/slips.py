"""The personal slip (个人服务单): one A5 sheet in large type with a QR code and a code to type."""

from dataclasses import dataclass
from datetime import date

from guanweihui.documents import fonts
from guanweihui.documents.pdf import Unprintable, _print, _qr
from guanweihui.tables import format_value


@dataclass(frozen=True)
class SlipPaper:
    """Say what one slip says. code and link_url open the volunteer's pages and are printed nowhere else."""

    name: str
    unit: str
    code: str
    link_url: str
    code_url: str
    expires_on: date
    helplines: tuple[tuple[str, str], ...]
    organ: str


def slip(paper: SlipPaper) -> bytes:
    """Print a slip; the smallest type is 18 pt. Raises Unprintable when a character is in no font."""
    called = "".join(who + phone for who, phone in paper.helplines)
    if lost := fonts.unprintable(f"{paper.name}{paper.unit}{paper.organ}{called}"):
        raise Unprintable(f"字库中没有这些字，不能打印：{'、'.join(lost)}。请核对，或请管理员加装字体。")
    return _print(
        "documents/slip.html",
        title="个人服务单",
        author=paper.organ,
        paper=paper,
        qr=_qr(paper.link_url),
        expires_on=format_value(paper.expires_on, prose=True),
        address=paper.code_url.partition("://")[2].rstrip("/"),
    )
