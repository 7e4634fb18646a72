"""Each person sees the page in the language of their browser, or in the one that they chose on their device."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, Route, ViewportSize, expect

from e2e.conftest import Meet
from e2e.party import create_room, join, post
from e2e.people import DESKTOP, Person
from e2e.screens import NARROWEST, SCREENSHOTS

PATIENCE_MS = 45_000
CATALOG = Path(__file__).parents[3] / "frontend" / "src" / "language" / "catalogs" / "de.po"


def language_of(page: Page) -> tuple[str | None, str | None]:
    html = page.locator("html")
    return html.get_attribute("lang"), html.get_attribute("dir")


def starts_at_left(page: Page) -> bool:
    """Whether the header begins with the site's name at the left."""
    box = page.locator("header a").first.bounding_box()
    assert box is not None
    return box["x"] < DESKTOP["width"] / 2


def test_a_german_browser_shows_german_and_a_chosen_language_is_kept(meet: Meet) -> None:
    """German by default; Arabic after a choice, mirrored, also after a reload."""
    lena = meet("Lena", locale="de-AT")
    lena.open("/")
    start = lena.page.get_by_role("button", name="Watch-Party starten")
    start.wait_for(timeout=PATIENCE_MS)
    assert language_of(lena.page) == ("de", "ltr")
    assert starts_at_left(lena.page)

    lena.page.get_by_label("Sprache").select_option("ar")
    arabic = lena.page.get_by_role("button", name="ابدأ سهرة مشاهدة")
    arabic.wait_for(timeout=PATIENCE_MS)
    assert language_of(lena.page) == ("ar", "rtl")
    assert not starts_at_left(lena.page)

    lena.page.reload()
    arabic.wait_for(timeout=PATIENCE_MS)
    assert language_of(lena.page) == ("ar", "rtl")
    lena.page.screenshot(path=_picture("landing-arabic"))


def test_a_japanese_guest_and_an_english_host_share_a_room(meet: Meet) -> None:
    """Each sees the room in their own language, and the guest can change it in the room without leaving."""
    host = meet("Sofie", locale="en-US")
    link = create_room(host)
    guest = meet("Yuki", phone=True, locale="ja-JP")
    guest.open(link)
    guest.page.get_by_role("button", name="参加", exact=True).click(timeout=PATIENCE_MS)
    guest.page.get_by_role("button", name="ルームのオプション").wait_for(timeout=PATIENCE_MS)
    assert language_of(guest.page)[0] == "ja"
    assert language_of(host.page)[0] == "en-GB"
    post(host, "Hello Yuki")
    expect(guest.page.get_by_text("Hello Yuki").first).to_be_visible(timeout=PATIENCE_MS)

    guest.page.get_by_role("button", name="ルームのオプション").click()
    guest.page.get_by_role("menuitem", name=re.compile("言語")).click()
    guest.page.get_by_role("button", name="Français").click()
    guest.page.get_by_role("button", name="Options du salon").wait_for(timeout=PATIENCE_MS)
    expect(guest.page.get_by_text("Hello Yuki").first).to_be_visible()


def test_the_answers_to_a_knock_fit_in_german(meet: Meet) -> None:
    """Three long words keep inside the box of the person who waits."""
    host, guest = meet("Ada", locale="en-US"), meet("Max")
    link = create_room(host, access="I approve each person")
    host.page.evaluate("localStorage.setItem('watchparty.language', 'de')")
    host.page.reload()
    host.page.locator("main form button[type=submit], [role=tab]").first.wait_for(timeout=PATIENCE_MS)
    if host.page.locator("[role=tab]").count() == 0:
        host.page.locator("main form button[type=submit]").first.click()
    join(guest, link, name="Max")
    host.page.get_by_role("tab", name=re.compile("^Personen")).click(timeout=PATIENCE_MS)
    waiting = host.page.get_by_role("region", name="Wollen beitreten")
    waiting.wait_for(timeout=PATIENCE_MS)
    box = waiting.bounding_box()
    assert box is not None
    answers = waiting.get_by_role("button", name=re.compile("Max$"))
    assert answers.count() == 3
    for answer in answers.all():
        place = answer.bounding_box()
        assert place is not None
        assert box["x"] <= place["x"], (place, box)
        assert place["x"] + place["width"] <= box["x"] + box["width"], (place, box)


OUTSIDE = """() => {
  const scrolls = (one) => {
    for (let box = one; box; box = box.parentElement) {
      const { overflowX, position, clipPath, clip } = getComputedStyle(box);
      if (/auto|scroll|hidden|clip/.test(overflowX) || clipPath !== "none" || clip !== "auto") return true;
      if (position === "fixed") return false;
    }
    return false;
  };
  const texts = [...document.querySelectorAll("body *")].filter((one) =>
    [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  return texts.flatMap((one) => {
    const { left, right, width, height } = one.getBoundingClientRect();
    const seen = width > 1 && height > 1 && getComputedStyle(one).visibility === "visible";
    return seen && !scrolls(one) && (left < -1 || right > innerWidth + 1)
      ? [`${one.textContent.trim().slice(0, 60)} from ${Math.round(left)} to ${Math.round(right)}`] : [];
  });
}"""
"""The texts that reach beyond the window, unless something around them scrolls or cuts them."""
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"


def test_longer_texts_than_english_fit_on_each_screen(meet: Meet) -> None:
    """With every sentence a third longer, no screen scrolls sideways or loses text, from 320 to 1280 px."""
    host = meet("Ada", locale="en-US")
    link = create_room(host)
    host.page.route(re.compile(r"/assets/de-[^/]*\.js$"), _lengthen)
    host.page.evaluate("localStorage.setItem('watchparty.language', 'de')")
    found: list[str] = []
    for path in ("/", "/new", "/library", "/account"):
        host.open(path)
        host.page.locator("h1, [role=dialog]").first.wait_for(timeout=PATIENCE_MS)
        expect(host.page.get_by_text(re.compile("⟦")).first).to_be_attached(timeout=PATIENCE_MS)
        found += _checked(host, path)
    host.open(link)
    host.page.locator("main form button[type=submit], [role=tab]").first.wait_for(timeout=PATIENCE_MS)
    if host.page.locator("[role=tab]").count() == 0:
        found += _checked(host, "gate")
        host.page.locator("main form button[type=submit]").first.click()
    host.page.locator("[role=tab]").first.wait_for(timeout=PATIENCE_MS)
    for tab in range(host.page.locator("[role=tab]").count()):
        host.page.locator("[role=tab]").nth(tab).click()
        found += _checked(host, f"tab {tab}")
    assert not found, "\n".join(found)


def _checked(person: Person, screen: str) -> list[str]:
    found: list[str] = []
    for size in (NARROWEST, DESKTOP):
        person.page.set_viewport_size(ViewportSize(**size))
        name = f"{screen} at {size['width']} px"
        person.page.screenshot(path=_picture(re.sub(r"\W+", "-", f"longer {name}")))
        found += [f"{name}: {text}" for text in person.page.evaluate(OUTSIDE)]
        if person.page.evaluate(TOO_WIDE):
            found.append(f"{name}: scrolls sideways")
    return found


def _lengthen(route: Route) -> None:
    """Answers with the English sentences, each a third longer; those with placeholders stay German."""
    body = route.fetch().text()
    start, end = body.index("`") + 1, body.rindex("`")
    messages = json.loads(body[start:end].replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\"))
    for sentence in re.findall(r'^msgid "(.+)"$', CATALOG.read_text(encoding="utf-8"), re.MULTILINE):
        key = _sentence_key(sentence.replace('\\"', '"'))
        if key in messages:
            messages[key] = [f"⟦{sentence} {'lenger ' * (len(sentence) // 21 + 1)}⟧"]
    exported = body[end + 1 :]
    script = f"var e=JSON.parse({json.dumps(json.dumps(messages))}" + exported
    route.fulfill(content_type="text/javascript", body=script)


def _sentence_key(sentence: str) -> str:
    """As in frontend/src/language/sentenceKey.ts."""
    value = 0x811C9DC5
    for character in sentence:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while value:
        value, rest = divmod(value, 36)
        text = digits[rest] + text
    return text or "0"


def _picture(name: str) -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS / f"{name}.png"
