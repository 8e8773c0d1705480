"""Judge one page as it stands in the browser: axe, words, widths, buttons."""

import re
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What another look or another width can change; the rest of the page stays what it was.
LOOK = ["color-contrast", "target-size", "link-in-text-block"]
#: Latin words that a Chinese page may show: makes, keys and formats, file names, user names, codes.
ALLOWED = re.compile(
    r"(?<![A-Za-z])(Excel|WebP|Edge|Chrome|Ctrl|Control|Command|UTF-8)(?![A-Za-z])"
    r"|[^\s\"“”]*\.(xlsx|csv|pdf|xls|jpeg|webp)(?![A-Za-z])"
    r"|(?<![A-Za-z])(district|leader|group|school|judge|auditor|outreach)(?![A-Za-z])"
    r"|(?<![A-Za-z])[0-9a-f]{12,}(?![A-Za-z])"
)
ENGLISH = re.compile(r"[A-Za-z]{4,}")

RUN_AXE = """async (options) => {
  const told = (node) => node.target.join(" ") + " " + node.html.slice(0, 160);
  const { violations } = await axe.run(document, options);
  return violations.map((fault) => fault.id + ": " + fault.nodes.slice(0, 3).map(told).join(" | "));
}"""

WORDS = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest("script, style, head, noscript")) found.push(node.data);
  }
  for (const element of document.body.querySelectorAll("*")) {
    for (const name of ["alt", "aria-label", "placeholder", "title", "label", "aria-description"])
      if (element.hasAttribute(name)) found.push(element.getAttribute(name));
    if (element.matches("input[type=submit], input[type=button]")) found.push(element.value);
  }
  return found.filter((words) => /[A-Za-z]{4,}/.test(words));
}"""

#: Elements that reach past the right edge and are not inside something that scrolls.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth, found = [];
  const scrolls = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.position === "fixed") return true;
      if (box !== element && /auto|scroll|hidden|clip/.test(style.overflowX)) return true;
    }
    return false;
  };
  const whole = document.documentElement.scrollWidth;
  if (whole > width + 1) found.push("page " + whole);
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && box.right > width + 1 && !scrolls(element))
      found.push(element.tagName + "." + element.className + " reaches " + Math.round(box.right));
  }
  return found.slice(0, 4);
}"""

#: Buttons and labels whose words stand in more than a line and a half.
BROKEN = """() => Array.from(
  document.querySelectorAll(".btn, button, .button, .tag, .nav-main a, .page-link"))
  .filter((element) => element.offsetParent && element.textContent.trim())
  .filter((element) => {
    const words = document.createRange();
    words.selectNodeContents(element);
    const style = getComputedStyle(element);
    const line = parseFloat(style.lineHeight) || 1.4 * parseFloat(style.fontSize);
    return words.getBoundingClientRect().height > 1.5 * line;
  })
  .map((element) => element.textContent.trim() + " is " + element.getBoundingClientRect().height + " high")
  .slice(0, 4)"""


def judge(page: Page, *, widths: Iterable[int] = (768, 390)) -> list[str]:
    """Return everything wrong with the page, one line a fault; the page is shown at 1366 when called."""
    page.evaluate(AXE)
    normal = {"runOnly": TAGS, "resultTypes": ["violations"]}
    look = {"runOnly": LOOK, "resultTypes": ["violations"]}
    faults = [f"axe {fault}" for fault in page.evaluate(RUN_AXE, normal)]
    faults += [f"English: {words}" for words in english(page)]
    faults += layout(page, 1366)
    page.evaluate("document.documentElement.setAttribute('data-contrast', 'high')")
    faults += [f"axe in high contrast {fault}" for fault in page.evaluate(RUN_AXE, look)]
    page.evaluate("document.documentElement.removeAttribute('data-contrast')")
    size = page.viewport_size
    for width in widths:
        page.set_viewport_size({"width": width, "height": size["height"]})
        faults += layout(page, width)
    faults += [f"axe at {width} {fault}" for fault in page.evaluate(RUN_AXE, look)]
    page.set_viewport_size(size)
    return faults


def layout(page: Page, width: int) -> list[str]:
    return [f"at {width} too wide: {fault}" for fault in page.evaluate(TOO_WIDE)] + [
        f"at {width} broken words: {fault}" for fault in page.evaluate(BROKEN)
    ]


def english(page: Page) -> list[str]:
    """Return the texts in which an English word is left."""
    found = []
    for words in page.evaluate(WORDS):
        left = ALLOWED.sub("", words)
        if ENGLISH.search(left):
            found.append(" ".join(words.split())[:120])
    return sorted(set(found))
