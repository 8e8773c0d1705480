"""What is derived from a person's own words: the keys he is found and ordered by."""

from guanweihui import crypto, names
from members.models import Person


def fill_keys(person: Person) -> Person:
    """Set the search keys, the stroke key and the blind indexes from name, ID number and phone.

    Every writer of a person calls it before saving. The usual reading of a surname stands in `pinyin` and
    `initials` and orders lists; a second one stands in `other_pinyin` and `other_initials`.
    """
    for field, value in zip(NAME_KEYS, name_keys(person.name), strict=True):
        setattr(person, field, value)
    person.id_index = id_index(person.id_number)
    person.phone_index = phone_index(person.phone)
    return person


def name_keys(name: str) -> tuple[str, ...]:
    """Return the keys of a name in the order of NAME_KEYS, as they are stored."""
    pinyin, initials, other, other_initials = (*names.pinyin_keys(name), "", "", "", "")[:4]
    return (
        pinyin[:120],
        initials[:50],
        other[:120],
        other_initials[:50],
        names.stroke_key(name),
        names.fold_variants(name),
    )


def id_index(id_number: str) -> str:
    return crypto.blind_index(id_number, kind="id")


def phone_index(phone: str) -> str:
    return crypto.blind_index(phone, kind="phone")


NAME_KEYS = ("pinyin", "initials", "other_pinyin", "other_initials", "stroke_key", "folded_name")
#: The fields that fill_keys() sets.
KEYS = (*NAME_KEYS, "id_index", "phone_index")
