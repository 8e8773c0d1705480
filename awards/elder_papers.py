"""Honours on a volunteer's large-type pages."""

from collections.abc import Iterable
from typing import Any

from awards.models import Honour
from guanweihui.elder_papers import ElderPaper, offers
from guanweihui.scope import Role


@offers
def honours(actor: Any) -> Iterable[ElderPaper]:
    """Offer the standing honours that were given to the holder himself."""
    for honour in Honour.objects.visible_to(actor, roles={Role.VOLUNTEER}).standing().for_check():
        decision = honour.decision
        organ = decision.organ or decision.cycle.district.committee_name
        yield ElderPaper(honour.category.name, honour.certificate_no, decision.decided_on, organ)
