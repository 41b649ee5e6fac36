"""Looks at a page of `sagan report` in a headless Chromium.

usage: look_at_report.py REPORT.html [--film] [--pictures DIR]

Prints what is wrong with the page, and ends with 1 if anything is. --film: there must be grids to slide over. --pictures: writes
screenshots into a folder that exists.
"""

import argparse
import base64
import os
import sys

import chromium

WIDTHS = (320, 768, 1280)
SECTIONS = ("trained", "final", "samples", "attention", "scores", "curves", "repeat")

# What is wider than the window, but for what scrolls by itself.
OVERFLOW = """(() => {
  const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth ? ["the page"] : [];
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest(".scroll, .frames, .skip, .hidden, details:not([open]) > :not(summary)")) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > document.documentElement.clientWidth + 1) wide.push(element.tagName + "." + element.className);
  }
  return wide.slice(0, 5);
})()"""

# Words, curves and marks whose contrast to what is behind them is too small (WCAG 2.2, 1.4.3 and 1.4.11).
CONTRAST = """(() => {
  const numbers = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
  const channel = (x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = numbers(getComputedStyle(element).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const faults = new Set();
  let count = 0;
  const check = (element, color, least, what) => {
    count += 1;
    const found = contrast(numbers(color), behind(element));
    if (found < least) faults.add(`${what}: ${found.toFixed(2)}`);
  };
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (element.closest("script, .hidden")) continue;
    const style = getComputedStyle(element);
    const isPicture = element.namespaceURI.endsWith("svg");
    check(element, isPicture ? style.fill : style.color, 4.5, `words '${element.textContent.slice(0, 30)}'`);
  }
  for (const curve of document.querySelectorAll("polyline, svg path")) {
    const style = getComputedStyle(curve);
    // The band around a mean only supports it.
    if (curve.getAttribute("opacity")) continue;
    if (style.stroke !== "none") check(curve, style.stroke, 4.5, "a curve");
    if (style.fill !== "none" && !style.stroke.startsWith("rgb")) check(curve, style.fill, 4.5, "a mark");
  }
  if (count < 20) faults.add(`only ${count} things were looked at`);
  return [...faults].slice(0, 8);
})()"""

# What somebody who hears the page, or uses the keyboard, would miss.
ACCESS = """(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  for (const name of ["header", "nav", "main", "footer", "h1", "title"]) {
    if (all(name).length !== 1) faults.push(`${all(name).length} of ${name}`);
  }
  if (!document.documentElement.lang) faults.push("no language");
  let rank = 0;
  for (const heading of all("h1, h2, h3, h4, h5")) {
    const next = Number(heading.tagName[1]);
    if (next > rank + 1) faults.push(`heading '${heading.textContent}' skips a rank`);
    if (!heading.textContent.trim()) faults.push("an empty heading");
    rank = next;
  }
  for (const image of all("img")) if (!image.alt.trim()) faults.push("a picture without words");
  for (const picture of all("svg")) {
    const isHidden = picture.getAttribute("aria-hidden") === "true";
    if (!isHidden && !(picture.getAttribute("aria-label") || "").trim()) faults.push("a chart without words");
  }
  for (const input of all("input")) if (!input.labels.length) faults.push("an input without a label");
  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push("an id is there twice");
  for (const element of all("[aria-labelledby]")) {
    if (!document.getElementById(element.getAttribute("aria-labelledby"))) faults.push("a label leads nowhere");
  }
  for (const link of all("a")) {
    if (!document.querySelector(link.getAttribute("href"))) faults.push(`the link ${link.href} leads nowhere`);
  }
  for (const box of all(".scroll")) {
    if (box.tabIndex !== 0 || !box.getAttribute("aria-label")) faults.push("a keyboard does not reach a table");
  }
  return faults.slice(0, 8);
})()"""

PICTURES = """Promise.all([...document.images].map((image) => image.decode().then(() => null, () => image.alt)))
  .then((faults) => faults.filter((fault) => fault !== null))"""

SHOWN = """[...document.querySelectorAll(".frames figure")].filter((figure) => figure.offsetParent !== null)
  .map((figure) => figure.dataset.step)"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("report")
    parser.add_argument("--film", action="store_true")
    parser.add_argument("--pictures")
    options = parser.parse_args()
    path = chromium.find()
    if not path:
        sys.exit("look_at_report: chromium is not installed")
    browser = chromium.Chromium(path)
    try:
        faults = look(browser, options)
    finally:
        browser.close()
    for fault in faults:
        print(f"{options.report}: {fault}", file=sys.stderr)
    sys.exit(1 if faults else 0)


def look(browser, options):
    """What is wrong with the page."""
    faults = []

    def expect(condition, fault):
        if not condition:
            faults.append(fault)

    def none(found, fault):
        expect(not found, f"{fault}: {found}")

    browser.open(options.report)
    for section in SECTIONS:
        words = browser.evaluate(f"document.getElementById('{section}')?.innerText.length ?? 0")
        expect(words > 40, f"the section '{section}' has {words} letters")
    none(browser.evaluate(PICTURES), "pictures that cannot be decoded")
    none(browser.evaluate(ACCESS), "access")
    expect(browser.evaluate("document.querySelectorAll('.chart svg polyline').length") > 0, "no curve is drawn")
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            browser.look(width, scheme)
            none(browser.evaluate(OVERFLOW), f"wider than {width} pixels")
            none(browser.evaluate(CONTRAST), f"contrast, {scheme}, {width} pixels")
            if options.pictures:
                name = f"{options.pictures}/{width}-{scheme}"
                browser.screenshot(name + ".png")
                browser.screenshot(name + "-whole.png", whole=True)
        # What is folded has to fit as well.
        browser.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
        none(browser.evaluate(OVERFLOW), f"unfolded, wider than {width} pixels")
        browser.evaluate("for (const box of document.querySelectorAll('details')) box.open = false")
    backgrounds = []
    for scheme in ("light", "dark"):
        browser.look(1280, scheme)
        backgrounds.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    expect(backgrounds[0] != backgrounds[1], f"the dark scheme is as bright as the other: {backgrounds}")

    browser.look(1280)
    if options.pictures:
        # That of docs/report.md.
        browser.screenshot(f"{options.pictures}/beginning.png", x=0, y=0, width=1280, height=1860, scale=0.75)
    if options.film:
        film(browser, expect)
    paper(browser, expect, none, options)
    without_program(browser, expect, options)

    own = "file://" + os.path.abspath(options.report)
    none([url[:80] for url in browser.requests if url != own and not url.startswith("data:")], "requests leave the page")
    none(browser.complaints, "the browser complains")
    return faults


def film(browser, expect):
    """The slider, by keyboard alone."""
    shown = browser.evaluate(SHOWN)
    all_steps = browser.evaluate("[...document.querySelectorAll('.frames figure')].map((figure) => figure.dataset.step)")
    expect(len(shown) == browser.evaluate("document.querySelectorAll('.timeline').length"), f"shown at first: {shown}")
    expect(len(all_steps) > len(shown), f"there is nothing to slide over: {all_steps}")
    for _ in range(200):
        browser.press("Tab", 9)
        if browser.evaluate("document.activeElement.type === 'range'"):
            break
    else:
        expect(False, "the keyboard does not reach the slider")
        return
    browser.press("ArrowLeft", 37)
    before = browser.evaluate(SHOWN)
    expect(before[0] != shown[0] and len(before) == len(shown), f"behind the left arrow {before} are shown, before {shown}")
    told = browser.evaluate("[document.activeElement.getAttribute('aria-valuetext'), document.querySelector('output').value]")
    expect(told == ["step " + before[0], before[0]], f"the slider says {told} at step {before[0]}")
    browser.press("Home", 36)
    expect(browser.evaluate(SHOWN)[0] == all_steps[0], "Home does not lead to the first grid")


def paper(browser, expect, none, options):
    """The page as it is printed, from a dark screen too."""
    browser.look(794, "dark", "print")
    background = browser.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--background').trim()")
    expect(background == "#ffffff", f"paper is {background}")
    none(browser.evaluate(OVERFLOW), "wider than paper")
    none(browser.evaluate(CONTRAST), "contrast on paper")
    expect(browser.evaluate("[...document.querySelectorAll('nav, .controls')].every((box) => box.offsetParent === null)"),
           "links and sliders are printed")
    expect(browser.evaluate(SHOWN + ".length") == browser.evaluate("document.querySelectorAll('.key').length || "
                                                                  "document.querySelectorAll('.frames figure').length"),
           "other grids than the chosen ones are printed")
    document = base64.b64decode(browser.call("Page.printToPDF", printBackground=True)["data"])
    expect(document.startswith(b"%PDF") and len(document) > 10_000, f"{len(document)} bytes are printed")
    if options.pictures:
        with open(f"{options.pictures}/printed.pdf", "wb") as file:
            file.write(document)


def without_program(browser, expect, options):
    """The page where programs in pages are not allowed: all grids stand in a row."""
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.look(768)
    browser.open(options.report)
    count = browser.evaluate("document.querySelectorAll('.frames figure').length")
    expect(browser.evaluate(SHOWN + ".length") == count, "grids are hidden without the program")
    expect(browser.evaluate("[...document.querySelectorAll('.controls')].every((box) => box.offsetParent === null)"),
           "a slider without a program is shown")
    expect(browser.evaluate(OVERFLOW + ".length") == 0, "wider than 768 pixels without the program")
    if options.pictures:
        browser.screenshot(f"{options.pictures}/without-program.png", whole=True)
    browser.call("Emulation.setScriptExecutionDisabled", value=False)


if __name__ == "__main__":
    main()
