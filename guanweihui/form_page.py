"""One page with one form: what it is for, its fields, its button, the way back."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from guanweihui.workflow import Refused


def answer_form(
    request: HttpRequest,
    form: Any,
    step: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    action: str,
    back_url: str,
    done: str | Callable[[Any], str],
    then: str | Callable[[Any], str] = "",
    crumbs: Sequence[tuple[str, str]] = (),
    words: str = "",
    facts: Sequence[Any] = (),
    danger: bool = False,
    template: str = "components/form_page.html",
) -> HttpResponse:
    """Show the form, or take the step with its cleaned data and go on.

    A bad form, and a step refused for what was typed, answer 422 with the text kept. `done` is said after
    success and `then` is the address gone to (back_url by default); either may depend on the step's result.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                result = step(form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, done(result) if callable(done) else done)
                return redirect((then(result) if callable(then) else then) or back_url)
        status = 422
    context = {
        "form": form,
        "title": title,
        "action": action,
        "back_url": back_url,
        "crumbs": [*crumbs, (title, "")],
        "words": words,
        "facts": facts,
        "danger": danger,
        "is_upload": form.is_multipart(),
    }
    return render(request, template, context, status=status)
