"""Draw the steps of workflows from the tables that the code obeys, as Mermaid diagrams.

    python tools/steps_diagram.py            prints them
    python tools/steps_diagram.py --write    puts them into docs/architecture.md

The tests compare the paper with the tables.
"""

import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAPER = ROOT / "docs" / "architecture.md"


def diagrams() -> dict[str, str]:
    """Return the diagram of each workflow by the name of its place in the paper."""
    from awards.models import AwardList, Nomination, PublicNotice
    from awards.workflow.lists import STEPS as LIST_STEPS
    from awards.workflow.nominations import STEPS as NOMINATION_STEPS
    from awards.workflow.notices import STEPS as NOTICE_STEPS
    from guanweihui.filings import STEPS
    from guanweihui.models import Filing
    from outreach.models import Need, Plan, Trip
    from outreach.workflow.needs import STEPS as NEED_STEPS
    from outreach.workflow.plans import STEPS as PLAN_STEPS
    from outreach.workflow.trips import STEPS as TRIP_STEPS

    return {
        "steps": diagram(STEPS, Filing.Status),
        "nomination steps": diagram(NOMINATION_STEPS, Nomination.Status),
        "list steps": diagram(LIST_STEPS, AwardList.Status),
        "notice steps": diagram(NOTICE_STEPS, PublicNotice.Status),
        "trip steps": diagram(TRIP_STEPS, Trip.Status),
        "need steps": diagram(NEED_STEPS, Need.Status),
        "plan steps": diagram(PLAN_STEPS, Plan.Status),
    }


def diagram(steps: Mapping[str, Any], states: Iterable[Any]) -> str:
    """Draw one arrow a step and state it starts from, with the roles that may take it."""
    from guanweihui.scope import Role

    order = list(states)
    words = {str(state): state.name for state in order}
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {order[0].name}"]
    lines += [f"    {state.name}: {state.label}" for state in order]
    for step in steps.values():
        who = "、".join(Role(role).label for role in sorted(step.roles))
        reason = "，写明理由" if step.needs_reason else ""
        lines += [
            f"    {state.name} --> {words[str(step.to_state)]}: {step.label}（{who}{reason}）"
            for state in order
            if state in step.from_states
        ]
    return "\n".join([*lines, "```", ""])


def place(name: str) -> re.Pattern[str]:
    """Find where a diagram stands in the paper."""
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanweihui.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    if sys.argv[1:] == ["--write"]:
        paper = PAPER.read_text(encoding="utf-8")
        for name, drawn in diagrams().items():
            paper = place(name).sub(lambda _, drawn=drawn: drawn, paper)
        PAPER.write_text(paper, encoding="utf-8")
    else:
        print("\n".join(diagrams().values()))


if __name__ == "__main__":
    main()
