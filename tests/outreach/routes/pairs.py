"""Programmes, pairs, host schools."""

from tests.outreach.rows import make_profile

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
OFFICE = {"district"}
ACCESS = {
    **dict.fromkeys(("pairing-list", "pairing-detail", "host-list", "host-detail"), READERS),
    **dict.fromkeys(("pairing-export", "pairing-matrix", "pairing-matrix-export", "host-export"), WIDE),
    **dict.fromkeys(("programme-list", "programme-detail"), WIDE),
    **dict.fromkeys(("programme-new", "programme-edit"), OFFICE),
    **dict.fromkeys((f"pairing-{w}" for w in ("new", "edit", "people", "link", "link-revoke")), OFFICE),
    **dict.fromkeys((f"partner-{w}" for w in ("add", "edit", "end", "renew")), OFFICE),
    **dict.fromkeys((f"host-{w}" for w in ("new", "edit", "close", "reopen", "contact", "link")), OFFICE),
    **dict.fromkeys(("host-link-revoke", "host-profile-new", "host-profile-edit"), OFFICE),
}
POST_ONLY = {"pairing-link", "pairing-link-revoke", "host-contact", "host-link", "host-link-revoke"}
ROW_OF = {"pairing-new": "programme", "partner-add": "pairing", "host-profile-edit": "profile"}


def world(cast, rows):
    pairing = cast.home.pairing
    return {
        "programme": pairing.programme,
        "partner": pairing.partnerships.order_by("pk").first(),
        "profile": make_profile(cast.home.host),
    }
