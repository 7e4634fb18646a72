"""What iPhones have in place of other browsers' functions, simulated in Chromium: full screen for the video element
alone, and televisions in reach. Events and names are those of
https://developer.apple.com/documentation/webkitjs/htmlvideoelement and https://www.w3.org/TR/remote-playback/.
"""

import re

from e2e.conftest import Meet
from e2e.films import small_captioned
from e2e.party import all_play, create_room, join, press, wait_for_film
from e2e.people import Person
from fakes.waiting import eventually

FULL_SCREEN = """
Object.defineProperty(Document.prototype, "fullscreenEnabled", { value: undefined });
Object.defineProperty(HTMLVideoElement.prototype, "webkitSupportsFullscreen", {
  get() { return this.readyState >= HTMLMediaElement.HAVE_METADATA; },
});
HTMLVideoElement.prototype.webkitEnterFullscreen = function () {
  if (!navigator.userActivation.isActive) throw new DOMException("", "InvalidStateError");
  this.dispatchEvent(new Event("webkitbeginfullscreen"));
};
"""
SYSTEM = """
window.keys = {};
window.wakeLocks = 0;
const register = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
navigator.mediaSession.setActionHandler = (key, run) => { window.keys[key] = run; register(key, run); };
const request = navigator.wakeLock.request.bind(navigator.wakeLock);
navigator.wakeLock.request = (kind) => { window.wakeLocks += 1; return request(kind); };
"""
"""Records what the page requests of the system: keys of headsets and lock screens, and a screen that stays on."""
TELEVISION = """
const television = Object.assign(new EventTarget(), {
  state: "disconnected",
  watchAvailability: async (found) => { setTimeout(() => found(true)); return 1; },
  cancelWatchAvailability: async () => {},
  prompt: async () => {
    if (!navigator.userActivation.isActive) throw new DOMException("", "InvalidAccessError");
    television.state = television.state === "connected" ? "disconnected" : "connected";
    television.dispatchEvent(new Event(television.state === "connected" ? "connect" : "disconnect"));
  },
});
Object.defineProperty(HTMLMediaElement.prototype, "remote", { get: () => television });
"""


def _captions(person: Person) -> list[str]:
    modes = "() => [...document.querySelector('video').textTracks].map((track) => track.mode)"
    return list(person.page.evaluate(modes))


def _close_full_screen(person: Person) -> None:
    """An iPhone pauses the film first, and then says that its full screen is closed."""
    person.page.evaluate("""() => {
      const video = document.querySelector("video");
      video.pause();
      setTimeout(() => video.dispatchEvent(new Event("webkitendfullscreen")), 300);
    }""")


def test_an_iphone_has_full_screen_with_captions_and_leaves_it_without_pausing_the_room(meet: Meet) -> None:
    """The button opens the element's own full screen, where the browser draws the captions that are on. Closing it
    pauses the element and not the room; a pause inside it pauses the room, and the play key of a headset plays it."""
    ada, max_ = meet("Ada", phone=True), meet("Max")
    ada.context.add_init_script(FULL_SCREEN + SYSTEM)
    link = create_room(ada, small_captioned())
    join(max_, link, name="Max")
    people = [ada, max_]
    for person in people:
        wait_for_film(person)
    press(ada, "k")
    all_play(people, within_s=60)
    eventually("there are captions", lambda: _captions(ada), within_s=60)
    press(ada, "c")
    eventually("the browser draws the captions", lambda: "showing" in _captions(ada), within_s=30)
    ada.button("Full screen").press("Enter")
    _close_full_screen(ada)
    all_play(people, within_s=60)
    log = max_.page.get_by_role("log")
    assert not log.get_by_text(re.compile("paused")).is_visible()

    ada.button("Full screen").press("Enter")

    def paused_by_ada() -> bool:
        """Again and again, because the film may be in the middle of a restart."""
        ada.page.evaluate("() => document.querySelector('video').pause()")
        return bool((max_.video() or {}).get("paused"))

    eventually("the room is paused", paused_by_ada, within_s=60)

    ada.page.evaluate("() => window.keys.play()")
    all_play(people, within_s=60)
    assert ada.page.evaluate("() => window.wakeLocks") > 0, "the screen stays on while the film plays"
    assert ada.errors == []


def test_a_film_is_sent_to_a_television_and_back(meet: Meet) -> None:
    """The button appears with the first television in reach, opens the browser's choice, and shows that the film is on
    it; the film goes on, and the rate of a television is left alone."""
    ada = meet("Ada")
    ada.context.add_init_script(TELEVISION)
    create_room(ada, small_captioned())
    wait_for_film(ada)
    press(ada, "k")
    all_play([ada], within_s=60)
    button = ada.button("Play on a TV")
    button.press("Enter")
    eventually("the film is on the television", lambda: button.get_attribute("aria-pressed") == "true", within_s=30)
    all_play([ada], within_s=60)
    assert (ada.video() or {})["rate"] == 1
    button.press("Enter")
    eventually("the film is back", lambda: button.get_attribute("aria-pressed") == "false", within_s=30)
    all_play([ada], within_s=60)
    assert ada.errors == []
