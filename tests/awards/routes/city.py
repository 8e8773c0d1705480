"""Routes of the award cycle and who opens them: city."""

from tests.awards import city_rows

WIDE = {"district", "leader", "auditor"}
OFFICE = {"district"}
ACCESS: dict[str, set[str]] = {
    **dict.fromkeys(("city-list", "city-choose", "city-detail"), WIDE),
    **dict.fromkeys(("city-form", "city-send", "city-result", "city-drop"), OFFICE),
    **dict.fromkeys(("city-promote", "city-pack"), OFFICE),
}
POST_ONLY = {"city-send", "city-promote", "city-pack"}
ROW_OF = dict.fromkeys(("city-choose", "city-pack"), "city_cycle")


def world(cast, rows):
    """Give a cycle of its own with one recommendation."""
    row = city_rows.make_recommendation(district=cast.home.district, year=2012)
    return {"city": row, "city_cycle": row.cycle}
