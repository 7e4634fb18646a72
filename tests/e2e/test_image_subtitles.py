"""Subtitles of discs, which are pictures, are drawn over the film where their author placed them."""

from e2e.conftest import Meet
from e2e.films import BUILD, copyable, film
from e2e.party import create_room, press, wait_for_film
from transcoder.subtitles.bitmaps import SCREEN, Shown, write_pgs

BOX = Shown(0, 50, 480, 900, 960, 120)
_DRAWN = """() => { const picture = document.querySelector(".image-captions img");
  const [shown, film] = [picture, document.querySelector("video")].map((one) => one.getBoundingClientRect());
  return picture.naturalWidth === 0 ? null : [shown.left - film.left, shown.top - film.top, shown.width, shown.height,
    film.width, film.height]; }"""


def with_pictures() -> str:
    """The name of a film with one Blu-ray subtitle."""
    subtitles = write_pgs(copyable(60).with_name("box.sup"), [BOX])
    tracks = ["-copyts", "-i", str(copyable(60)), "-i", str(subtitles), "-map", "0", "-map", "1", "-c", "copy"]
    return film("pictures-60.mkv", *tracks, "-metadata:s:s:0", "language=eng").name


def test_subtitles_that_are_pictures(meet: Meet) -> None:
    """They are chosen and turned off like text, and have the place and size of the disc on the film's picture."""
    ada = meet("Ada")
    create_room(ada, BUILD / with_pictures())
    wait_for_film(ada)
    ada.button("Subtitles").wait_for(timeout=60_000)
    assert ada.page.locator(".image-captions").count() == 0
    press(ada, "c")
    ada.page.locator(".image-captions img").wait_for(state="attached")
    ada.page.wait_for_function(f"({_DRAWN})() !== null")
    left, top, width, height, wide, high = ada.page.evaluate(_DRAWN)
    scale = min(wide / 16, high / 9)  # the film is 16:9, like the screen
    bars = ((wide - 16 * scale) / 2, (high - 9 * scale) / 2)
    pixel = 16 * scale / SCREEN[0]
    wanted = [bars[0] + BOX.x * pixel, bars[1] + BOX.y * pixel, BOX.width * pixel, BOX.height * pixel]
    assert all(abs(found - each) < 1.5 for found, each in zip([left, top, width, height], wanted, strict=True))
    press(ada, "c")
    ada.page.locator(".image-captions").wait_for(state="detached")
    assert ada.errors == []
