"""What is derived from a person's own words: the keys he is found and ordered by."""

from guanweihui import crypto, names
from members.models import Person


def fill_keys(person: Person) -> Person:
    """Set pinyin, initials, stroke key and the blind indexes from name, ID number and phone.

    Every writer of a person calls it before saving. All readings of a surname stand in `pinyin` and
    `initials`, separated by spaces; the usual one comes first and orders lists.
    """
    person.pinyin, person.initials, person.stroke_key = name_keys(person.name)
    person.id_index = id_index(person.id_number)
    person.phone_index = phone_index(person.phone)
    return person


def name_keys(name: str) -> tuple[str, str, str]:
    """Return pinyin, initials and stroke key as they are stored."""
    keys = names.pinyin_keys(name)
    return " ".join(keys[0::2])[:120], " ".join(keys[1::2])[:50], names.stroke_key(name)


def id_index(id_number: str) -> str:
    return crypto.blind_index(id_number, kind="id")


def phone_index(phone: str) -> str:
    return crypto.blind_index(phone, kind="phone")


#: The fields that fill_keys() sets.
KEYS = ("pinyin", "initials", "stroke_key", "id_index", "phone_index")
