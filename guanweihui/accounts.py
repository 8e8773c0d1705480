"""Steps on accounts: create one with its post, open a link."""

import datetime
from typing import Any

from django.db import transaction

from guanweihui.audit import record
from guanweihui.models import Post, User
from guanweihui.models.org import Unit


def create_account(
    *, username: str, name: str, password: str, role: str, unit: Unit, by: Any, at: datetime.datetime
) -> User:
    """Create an account and the post that gives it its reach, as one step with one audit line.

    Raises ValidationError when the post does not fit the unit.
    """
    with transaction.atomic():
        user = User.objects.create_user(username=username, password=password, name=name)
        post = Post(
            user=user,
            role=role,
            from_on=at.date(),
            **{unit._meta.model_name.removeprefix("collaboration"): unit},
        )
        post.full_clean()
        post.save()
        district = post.home_district()
        record("user.create", user, by=by, at=at, district=district, changes={"post": [None, str(post)]})
        return user
