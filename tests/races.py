"""Works that run at the same instant, each in a thread with its own connection."""

import threading

from django.db import connections

from guanweihui.workflow import Refused


def at_once(*works) -> list:
    """Let all works go at once; return what each gave, in their order: its answer, or its Refused.

    Any other exception is raised here, so that no thread dies unseen.
    """
    gate, gave = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        try:
            gate.wait(timeout=10)
            gave[place] = work()
        except Exception as fault:
            gave[place] = fault
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    for one in gave:
        if isinstance(one, Exception) and not isinstance(one, Refused):
            raise one
    return gave


def verdicts(*works) -> list[str]:
    """Say of each work, in their order, whether it won or was refused."""
    return ["refused" if isinstance(one, Refused) else "won" for one in at_once(*works)]


def race(*works) -> list[str]:
    """Say how many won and how many were refused: sorted, for it is open which."""
    return sorted(verdicts(*works))
