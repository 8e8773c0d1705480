"""What must never happen on any page, whatever is done on it."""

from playwright.sync_api import Page


class Watch:
    """Note console errors, refusals of the content policy, broken scripts, and calls to other hosts."""

    def __init__(self, page: Page, address: str, allowed=()):
        self.faults = []
        self.address, self.allowed = address, tuple(allowed)
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.note(f"script error: {error}"))
        page.on("request", self.request)
        page.on("response", self.response)

    def note(self, fault: str):
        if not any(words in fault for words in self.allowed):
            self.faults.append(fault)

    def console(self, message):
        # Answers of 400 and above are judged by `response`; words without an address are those of axe.
        is_ours = message.location["url"] and "Failed to load resource" not in message.text
        if message.type == "error" and is_ours:
            self.note(f"console: {message.text}")

    def request(self, request):
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.note(f"foreign request: {request.url}")

    def response(self, response):
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.note(f"{response.status} {response.url}")
