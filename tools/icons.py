"""Join the icons that the portal uses into one SVG sprite.

Run through `tools/vendor.py`; to add an icon, name it here and run that tool.
"""

import re
from pathlib import Path

NAMES = """
    arrow-counterclockwise arrow-repeat arrow-return-left award bar-chart bell book box-arrow-right building
    calendar-check calendar-event card-list chat-dots check-circle-fill check-lg chevron-down chevron-expand
    chevron-left chevron-right chevron-up circle circle-half clipboard-check clock clock-history copy
    dash-circle diagram-3 download exclamation-circle exclamation-triangle eye eye-slash file-earmark-excel
    file-earmark-pdf file-earmark-text filter flag folder2-open gear geo-alt heart hourglass-split house image
    info-circle journal-text key list lock megaphone mic mortarboard paperclip pencil-square people person
    person-badge person-plus plus-lg printer qr-code question-circle record-circle search send shield-check
    slash-circle star table telephone trash trophy type upload x-circle x-lg
""".split()  # noqa: SIM905 - words are easier to read and to add to

DRAWING = re.compile(r"<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>(.*)</svg>", re.DOTALL)


def symbol(name: str, svg: str) -> str:
    """Turn one icon file into a `<symbol>` whose id is the icon's name."""
    match = DRAWING.search(svg)
    if match is None:
        raise ValueError(f"{name}.svg is not an icon this tool understands")
    view_box, drawing = match.groups()
    drawing = re.sub(r">\s+<", "><", drawing.strip())
    return f'<symbol id="{name}" viewBox="{view_box}">{drawing}</symbol>'


def sprite(folder: Path) -> str:
    """Build the sprite from a folder with one file an icon."""
    symbols = [symbol(name, (folder / f"{name}.svg").read_text()) for name in NAMES]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
