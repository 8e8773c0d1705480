"""Pictures of the real pages, small enough for a repository."""

import io

from PIL import Image
from playwright.sync_api import Page

from tests.browser.portal_processes import ROOT

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 120 * 1024


def keep(page: Page, name: str, *, height: int = 900) -> None:
    """Write docs/pictures/<name>.png: the top of the page as a person sees it, in a palette."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.activeElement && document.activeElement.blur(); window.scrollTo(0, 0)")
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": height})
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    for colours in (256, 128, 64, 32):
        small = picture.quantize(colours, dither=Image.Dither.NONE)
        content = io.BytesIO()
        small.save(content, "PNG", optimize=True)
        if content.tell() <= MOST_BYTES:
            break
    (FOLDER / f"{name}.png").write_bytes(content.getvalue())
