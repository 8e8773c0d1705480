"""Sealed values: AES-256-GCM under versioned keys, and keyed hashes to find what is sealed.

`settings.FIELD_KEYS` maps a version to 32 bytes; the highest version writes, all of them read, so a key is
changed by adding one, writing every value anew and removing the old one. `settings.INDEX_KEY` serves the
hashes alone. A sealed value authenticates the place it belongs to (`bind`, such as "members.person.phone"):
moved to another column it does not open. The row is not part of it, for a row has no key yet when bulk_create
writes it: a sealed value copied to the same column of another row opens there.
"""

import base64
import binascii
import hmac
import os
import re
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, IsNull, Lookup

MARK = "enc1"
NONCE = 12
INDEX_LENGTH = 32
_TOKEN = re.compile(r"enc1:([0-9]{1,3}):([A-Za-z0-9_-]{38,}={0,2})")


class CryptoError(Exception):
    """A value that does not open, or a key that cannot serve; the message never holds either."""


def encrypt(plain: str, *, bind: str) -> str:
    """Seal a text for the place `bind`; returns ASCII, "enc1:<key version>:<base64>".

    Raises CryptoError for a text that is sealed already: whoever holds one has read past the field.
    """
    if plain.startswith(MARK) and _TOKEN.fullmatch(plain):
        raise CryptoError(f"{bind}: the value is sealed already and is not sealed again")
    version, ciphers = _ring()
    sealed = _seal(ciphers[version], plain.encode(), _context(version, bind))
    return f"{MARK}:{version}:{base64.urlsafe_b64encode(sealed).decode()}"


def decrypt(token: str, *, bind: str) -> str:
    """Open what encrypt() sealed for the same place. Raises CryptoError; never returns the token."""
    parts = token.split(":")
    if len(parts) != 3 or parts[0] != MARK or not parts[1].isdecimal():
        raise CryptoError(f"{bind}: the stored value is not sealed")
    try:
        sealed = base64.urlsafe_b64decode(parts[2])
    except (binascii.Error, ValueError):
        raise CryptoError(f"{bind}: the stored value is damaged") from None
    return _open(int(parts[1]), sealed, bind).decode()


def encrypt_bytes(plain: bytes, *, bind: str) -> bytes:
    """Seal the bytes of a file for the place `bind`."""
    version, ciphers = _ring()
    return f"{MARK}:{version}:".encode() + _seal(ciphers[version], plain, _context(version, bind))


def decrypt_bytes(blob: bytes, *, bind: str) -> bytes:
    """Open what encrypt_bytes() sealed for the same place. Raises CryptoError."""
    found = re.match(rb"enc1:([0-9]{1,3}):", blob)
    if found is None:
        raise CryptoError(f"{bind}: the stored file is not sealed")
    return _open(int(found.group(1)), blob[found.end() :], bind)


def is_current(token: str) -> bool:
    """Tell whether the newest key sealed this value; the others are written anew before their key goes."""
    return token.startswith(f"{MARK}:{_ring()[0]}:")


def blind_index(value: str, *, kind: str) -> str:
    """Give the keyed hash that finds a sealed value by equality: 32 hex digits, another for each kind.

    The caller normalises first. An empty value has an empty index: the column is as blank as what it finds.
    """
    if not value:
        return ""
    return hmac.digest(_index_key(), f"{kind}\0{value}".encode(), "sha256").hex()[:INDEX_LENGTH]


def probe() -> str:
    """Make the value that is stored once in a new database, for check_keys() to try the keys on."""
    return encrypt(blind_index("probe", kind="probe"), bind="probe")


def check_keys(stored: str = "") -> str | None:
    """Try the keys on themselves and on the stored probe; returns None, or a sentence for the operator."""
    try:
        fresh = probe()
        decrypt(fresh, bind="probe")
    except CryptoError as fault:
        return f"密钥不可用（{fault}），请检查 .env 中的 FIELD_KEYS 与 INDEX_KEY。"
    if not stored:
        return None
    try:
        index = decrypt(stored, bind="probe")
    except CryptoError:
        return "FIELD_KEYS 与这个数据库不符：已保存的内容无法解密。请改回原来的密钥后再启动。"
    if index != blind_index("probe", kind="probe"):
        return "INDEX_KEY 与这个数据库不符：按身份证号和电话将查不到人。请改回原来的密钥后再启动。"
    return None


def _ring() -> tuple[int, dict[int, AESGCM]]:
    return _ciphers(tuple(settings.FIELD_KEYS.items()))


@lru_cache(maxsize=8)
def _ciphers(keys: tuple[tuple[int, bytes], ...]) -> tuple[int, dict[int, AESGCM]]:
    """Make the newest version and a cipher for each; cached, for a cipher is dearer to make than to use."""
    if not keys:
        raise CryptoError("FIELD_KEYS holds no key")
    for version, key in keys:
        if len(key) != 32:
            raise CryptoError(f"FIELD_KEYS: key {version} has {len(key)} bytes, not 32")
    return max(version for version, _ in keys), {version: AESGCM(key) for version, key in keys}


def _index_key() -> bytes:
    key: bytes = settings.INDEX_KEY
    if len(key) != 32:
        raise CryptoError(f"INDEX_KEY has {len(key)} bytes, not 32")
    return key


def _context(version: int, bind: str) -> bytes:
    return f"{MARK}:{version}:{bind}".encode()


def _seal(cipher: AESGCM, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, plain, context)


def _open(version: int, sealed: bytes, bind: str) -> bytes:
    cipher = _ring()[1].get(version)
    if cipher is None:
        raise CryptoError(f"{bind}: key {version} is not in FIELD_KEYS")
    try:
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _context(version, bind))
    except (InvalidTag, ValueError):
        raise CryptoError(f"{bind}: the stored value does not open with key {version}") from None


class _ExactlyBlank(Exact):
    """Compare with the empty text, which is not sealed; everything else would compare ciphertexts."""

    def get_prep_lookup(self) -> Any:
        if self.rhs is not None and self.rhs != "":
            raise FieldError(_unsearchable(self.lhs.output_field, "exact"))
        return self.rhs


def _unsearchable(field: models.Field, lookup: str) -> str:
    return (
        f"{field} is sealed and has no lookup '{lookup}': filter on its blind index, isnull or an empty text."
    )


class EncryptedTextField(models.TextField):
    """Text that is sealed in the database and plain in Python.

    Bound to "<app>.<model>.<field>"; pass `bind` to keep the old one when a model or field is renamed. Empty
    text and NULL stand as they are. Reading a value that does not open raises CryptoError. Lookups other than
    isnull and exact="" are refused; a list that does not show the field leaves it out with only() or defer().
    A serialised object holds the sealed value, and loading such a dump is refused.
    """

    def __init__(self, *args: Any, bind: str = "", **kwargs: Any) -> None:
        if kwargs.get("unique") or kwargs.get("db_index") or kwargs.get("primary_key"):
            raise TypeError("A sealed field differs at every writing: put the index on its blind index.")
        self.bind = bind
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Add the place to the migration when it was given."""
        name, path, args, kwargs = super().deconstruct()
        if self.bind:
            kwargs["bind"] = self.bind
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Learn the place from the model."""
        super().contribute_to_class(cls, name, private_only)
        self.place = self.bind or f"{cls._meta.label_lower}.{name}"

    def get_prep_value(self, value: Any) -> Any:
        """Seal what goes to the database."""
        plain = super().get_prep_value(value)
        return encrypt(plain, bind=self.place) if isinstance(plain, str) and plain else plain

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Open what comes from the database. Raises CryptoError."""
        return decrypt(value, bind=self.place) if value else value

    def value_to_string(self, obj: models.Model) -> str:
        """Keep the plain text out of serialised objects."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def get_lookup(self, lookup_name: str) -> type[Lookup] | None:
        """Give the two lookups that make sense. Raises FieldError for the others."""
        if lookup_name == "exact":
            return _ExactlyBlank
        if lookup_name == "isnull":
            return IsNull
        raise FieldError(_unsearchable(self, lookup_name))
