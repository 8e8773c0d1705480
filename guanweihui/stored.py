"""Files that the portal keeps: under names that tell nothing, and on disk before anybody says so."""

import os

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def store(name: str, content: bytes) -> str:
    """Store under the name, or one near it when that is taken, wait for the disk, and return the name."""
    stored = default_storage.save(name, ContentFile(content))
    try:
        local = default_storage.path(stored)
    except NotImplementedError:
        return stored  # a remote store answers only when it has the file
    for place in (local, os.path.dirname(local)):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return stored


def delete(name: str) -> None:
    """Delete a stored file; one that is gone already is no fault."""
    default_storage.delete(name)
