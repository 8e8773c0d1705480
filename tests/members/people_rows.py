"""What a person's form sends, and the values of its step."""

import datetime
import io

from PIL import Image

from tests.factories import make_id_number

BORN = datetime.date(1947, 5, 6)


def make_jpeg(colour="red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 84), colour).save(out, "JPEG")
    return out.getvalue()


def typed(school, serial=711, **fields) -> dict[str, str]:
    """Return a filled form of somebody born on 6 May 1947; an odd serial is a man's."""
    return {
        "name": "曾国藩",
        "sex": "男",
        "id_number": make_id_number(BORN, serial),
        "born": "1947年5月6日",
        "school": str(school.pk),
        "retirement_kind": "RETIRED",
        "retired": "2007.6",
        "phone": "19900007777",
        "home_address": "示例街道示例路7号",
        "duty": "教导主任",
        **fields,
    }


def values(school, serial=711, **fields) -> dict[str, object]:
    return {
        "name": "曾国藩",
        "sex": "男",
        "id_number": make_id_number(BORN, serial),
        "born_on": BORN,
        "birth_precision": "day",
        "school": school,
        "retirement_kind": "RETIRED",
        "phone": "19900007777",
        **fields,
    }


def edit_form(client, person, **fields) -> dict[str, str]:
    """Return what the open form of a person would send, with some fields typed anew."""
    form = client.get(f"/people/{person.pk}/edit/").context["form"]
    sent = {}
    for name, field in form.fields.items():
        value = field.prepare_value(form.initial.get(name))
        if isinstance(value, bool):
            sent |= {name: "on"} if value else {}
        elif isinstance(value, list):
            sent[name] = [str(one) for one in value]
        elif value is not None:
            sent[name] = str(value)
    return sent | fields
