"""Honours on a volunteer's large-type pages."""

from collections.abc import Iterable
from typing import Any

from awards.models import Honour
from guanweihui.elder_papers import ElderPaper, offers
from guanweihui.scope import Role


@offers
def honours(actor: Any) -> Iterable[ElderPaper]:
    """Offer the standing honours that were given to the holder himself."""
    for honour in Honour.objects.visible_to(actor, roles={Role.VOLUNTEER}).standing().for_list():
        decided_on = honour.decision.decided_on
        organ = honour.printed_unit
        yield ElderPaper(honour.category.name, honour.certificate_no, decided_on, organ)
