"""A person's photograph: sealed, under a random name, opened for whoever may see the file."""

import secrets

from django.core.files.storage import default_storage

from guanweihui import crypto, stored

BIND = "photo"


def keep_photo(content: bytes) -> str:
    """Seal and store a JPEG; return the name that `Person.photo` keeps."""
    return stored.store(f"photos/{secrets.token_hex(16)}", crypto.encrypt_bytes(content, bind=BIND))


def open_photo(name: str) -> bytes | None:
    """Return the JPEG stored under the name, None when there is none."""
    if not name or not default_storage.exists(name):
        return None
    with default_storage.open(name) as file:
        return crypto.decrypt_bytes(file.read(), bind=BIND)
