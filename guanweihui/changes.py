"""What changed between two versions of a filing, paragraph by paragraph, in Chinese text.

Compared character by character: Chinese has no spaces, so a comparison by words would mark whole sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from guanweihui.questionnaire import Paragraph

#: Above this many characters a paragraph is compared by its sentences.
LONGEST_BY_CHARACTER = 600
#: A figure is one thing: of 61 and 68 nobody wants to see that the 6 stayed.
_MARKS = re.compile(r"[0-9][0-9,.]*[0-9]|.", re.DOTALL)
_SENTENCES = re.compile(r"[^。！？；\n]*[。！？；\n]?")


@dataclass(frozen=True)
class Piece:
    """A run of characters that stayed, went or came."""

    kind: Literal["same", "gone", "new"]
    words: str


@dataclass(frozen=True)
class Change:
    """One paragraph that differs; `pieces` put both versions into one line of text."""

    key: str
    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


def compare(before: Sequence[Paragraph], after: Sequence[Paragraph]) -> list[Change]:
    """Return the paragraphs that differ, in the order of the new version; those that went come last."""
    old = {one.key: one for one in before}
    new = {one.key: one for one in after}
    found = []
    for key, one in {**new, **{key: one for key, one in old.items() if key not in new}}.items():
        was = old[key].words if key in old else ""
        now = new[key].words if key in new else ""
        if was != now:
            found.append(Change(key, one.label, was, now, tuple(pieces(was, now))))
    return found


def pieces(before: str, after: str) -> list[Piece]:
    """Mark what went and what came."""
    is_long = max(len(before), len(after)) > LONGEST_BY_CHARACTER
    old, new = ((_SENTENCES if is_long else _MARKS).findall(text) for text in (before, after))
    found = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            found.append(Piece("new", "".join(new[k:m])))
    return found
