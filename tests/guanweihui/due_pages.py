"""What the tests of a due's pages share: addresses, the form as a browser sends it, a picture to upload."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image


def url(name, due, *more):
    more = more or ((1,) if name == "due-version" else ())
    return reverse(name, args=[getattr(due, "pk", due), *more])


def page(answer):
    return answer.content.decode()


def jpeg(name="盖章件.jpg"):
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def fill(client, due, typed, *, version=1, submit=False, **more):
    """Send the page's form as a browser without scripts does."""
    button = {"_submit": "1"} if submit else {"_save": "1"}
    return client.post(url("due-fill", due), {"_version": version, **typed, **button, **more})
