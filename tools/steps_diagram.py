"""Draw the steps of filings from the table that the code obeys, as a Mermaid diagram.

    python tools/steps_diagram.py            prints it
    python tools/steps_diagram.py --write    puts it into docs/architecture.md

The tests compare the paper with the table.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAPER = ROOT / "docs" / "architecture.md"
PLACE = re.compile(r"(?<=<!-- steps -->\n).*?(?=<!-- end of steps -->)", re.DOTALL)


def diagram() -> str:
    """Return the diagram: one arrow a step and state it starts from, with the roles that may take it."""
    from guanweihui.filings import STEPS
    from guanweihui.models import Filing
    from guanweihui.scope import Role

    order = list(Filing.Status)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {order[0].name}"]
    lines += [f"    {state.name}: {state.label}" for state in order]
    for step in STEPS.values():
        who = "、".join(Role(role).label for role in sorted(step.roles))
        reason = "，写明理由" if step.needs_reason else ""
        lines += [
            f"    {state.name} --> {Filing.Status(step.to_state).name}: {step.label}（{who}{reason}）"
            for state in order
            if state in step.from_states
        ]
    return "\n".join([*lines, "```", ""])


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanweihui.settings")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    if sys.argv[1:] == ["--write"]:
        PAPER.write_text(PLACE.sub(lambda _: diagram(), PAPER.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(diagram())


if __name__ == "__main__":
    main()
