"""Template filters of the documents."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from guanweihui.documents import fonts

register = template.Library()

# A name stands between marks; a longer run is a sentence, of which only the character itself changes face.
BETWEEN_MARKS = re.compile(r"([\s、，。；：！？《》（）〔〕“”‘’,.;:!?()—-]+)")
LONGEST_NAME = 6


@register.filter
def in_role(text: str, role: str) -> SafeString:
    """Escape text and set whole names in 宋体 where the role's font lacks one of their characters.

    No name mixes two faces.
    """
    if not fonts.missing_glyphs(text, role):
        return conditional_escape(text)
    return mark_safe("".join(_piece(piece, role) for piece in BETWEEN_MARKS.split(text)))  # noqa: S308 - escaped


def _piece(piece: str, role: str) -> str:
    missing = fonts.missing_glyphs(piece, role)
    if not missing:
        return conditional_escape(piece)
    if len(piece) <= LONGEST_NAME:
        return f'<span class="song">{conditional_escape(piece)}</span>'
    return "".join(
        f'<span class="song">{conditional_escape(mark)}</span>'
        if mark in missing
        else conditional_escape(mark)
        for mark in piece
    )
