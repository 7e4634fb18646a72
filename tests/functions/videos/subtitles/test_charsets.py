"""Subtitle files in the character sets that people have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_api.videos.subtitles.charsets import is_offered, read_as, readings

TEXTS = {
    "ar": "أين كنت مساء أمس؟ لقد انتظرناك طوال الليل.\nالقطار التالي لن يغادر إلا في الصباح.",
    "bg": "Къде беше снощи? Чакахме те цяла нощ.\nСледващият влак е чак сутринта.",
    "cs": "Kde jsi byl včera večer? Čekali jsme na tebe celou noc.\nPříští vlak jede až ráno, tak se vyspi.",
    "de": "Wo warst du gestern? Wir haben die ganze Nacht gewartet.\nSchöne Grüße aus München, mein lieber Übeltäter.",
    "el": "Πού ήσουν χθες το βράδυ; Σε περιμέναμε όλη τη νύχτα.\nΤο επόμενο τρένο φεύγει το πρωί.",
    "es": "¿Dónde estabas anoche? Te esperamos toda la noche.\nEl próximo tren sale por la mañana, así que descansa.",
    "fr": "Où étais-tu hier soir ? Nous t'avons attendu toute la nuit.\nLe train part à l'aube, alors dors bien.",
    "he": "איפה היית אתמול בערב? חיכינו לך כל הלילה.\nהרכבת הבאה יוצאת רק בבוקר.",
    "hr": "Gdje si bio sinoć? Čekali smo te cijelu noć.\nSljedeći vlak ide tek ujutro. Đavo te odnio, žuri mi se.",
    "hu": "Hol voltál tegnap este? Egész éjjel rád vártunk.\nA következő vonat csak reggel indul. Tűnj el, őrült!",
    "ja": "昨日の夜はどこにいたんだ？一晩中ずっと待っていたんだぞ。\n次の電車は朝まで来ないから、ゆっくり眠りなさい。",
    "ko": "어젯밤에 어디 있었어? 우리는 밤새도록 너를 기다렸어.\n다음 기차는 아침에야 출발하니까 푹 자도록 해.",
    "lt": "Kur buvai vakar vakare? Mes laukėme tavęs visą naktį.\nKitas traukinys išvyksta tik ryte. Ačiū, jūs šaunūs.",
    "pl": "Gdzie byłaś wczoraj wieczorem? Czekaliśmy całą noc.\nŁódź odpływa o świcie, więc śpij dobrze, proszę.",
    "pt": "Onde você estava ontem à noite? Nós esperamos você a noite toda.\nQue confusão, meu coração!",
    "ro": "Unde ai fost aseară? Te-am aşteptat toată noaptea.\nUrmătorul tren pleacă dimineaţă, dormi liniştit.",
    "ru": "Где ты был вчера вечером? Мы ждали тебя всю ночь.\nСледующий поезд уходит только утром.",
    "sr": "Где си био синоћ? Чекали смо те целу ноћ.\nСледећи воз иде тек ујутру. Ђаво те однео.",
    "sv": "Var var du igår kväll? Vi väntade på dig hela natten.\nNästa tåg går först i morgon, så sov gott på ön.",
    "th": "เมื่อคืนคุณไปอยู่ที่ไหนมา เรารอคุณทั้งคืน\nรถไฟขบวนต่อไปออกตอนเช้า นอนหลับให้สบายนะ",
    "tr": "Dün gece neredeydin? Bütün gece seni bekledik.\nŞimdi ışığı söndür, çocuğum, iyi geceler.",
    "uk": "Де ти був учора ввечері? Ми чекали на тебе всю ніч.\nНаступний потяг їде лише вранці.",
    "zh": "昨天晚上你去哪儿了？我们等了你整整一夜。\n下一班火车要到早上才开，所以好好睡一觉。",
    "zh-Hant": "昨天晚上你去哪兒了？我們等了你整整一夜。\n下一班火車要到早上才開，所以好好睡一覺。",
}
WRITTEN = {
    "ar": "cp1256 iso8859_6",
    "bg": "cp1251 iso8859_5",
    "cs": "cp1250 iso8859_2",
    "de": "cp1252 cp850 mac_roman",
    "el": "cp1253 iso8859_7 cp737",
    "es": "cp1252 cp850",
    "fr": "cp1252 iso8859_15 mac_roman",
    "he": "cp1255 iso8859_8 cp862",
    "hr": "cp1250",
    "hu": "cp1250 iso8859_2",
    "ja": "shift_jis cp932 euc_jp iso2022_jp",
    "ko": "euc_kr cp949 johab iso2022_kr",
    "lt": "cp1257 iso8859_13",
    "pl": "cp1250 iso8859_2 cp852",
    "pt": "cp1252",
    "ro": "cp1250 iso8859_2",
    "ru": "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic",
    "sr": "cp1251 iso8859_5",
    "sv": "cp1252 cp850",
    "th": "cp874",
    "tr": "cp1254 iso8859_9",
    "uk": "cp1251 koi8_u",
    "zh": "gb2312 gbk gb18030 hz",
    "zh-Hant": "big5 big5hkscs",
}
OLD = [(language, charset) for language, charsets in WRITTEN.items() for charset in charsets.split()]


def subrip(text: str) -> str:
    cues = enumerate(text.split("\n"), start=1)
    return "".join(f"{n}\r\n00:00:0{n},000 --> 00:00:0{n},900\r\n{line}\r\n\r\n" for n, line in cues)


@pytest.mark.parametrize(("language", "charset"), OLD)
def test_old_character_sets(language: str, charset: str) -> None:
    """Two lines are enough, whether or not the language is declared."""
    text = subrip(TEXTS[language])
    for declared in (language, "und"):
        assert readings(text.encode(charset), language=declared)[0].text == text


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("language", ["en", "ja", "pl"])
def test_unicode_is_certain(charset: str, language: str) -> None:
    """With or without a byte order mark there is one reading."""
    text = subrip(TEXTS.get(language, "Nothing special"))
    assert [each.text for each in readings(text.encode(charset))] == [text]


@pytest.mark.parametrize("damage", [b"\xff", b"\x81", b"", b"\xc3"])
@pytest.mark.parametrize(
    ("language", "charset"), [("pl", "utf-8"), ("ja", "utf-8"), ("ru", "cp1251"), ("ja", "cp932"), ("pl", "cp1250")]
)
def test_one_damaged_byte_costs_one_letter(language: str, charset: str, damage: bytes) -> None:
    """The rest of the file stays as it was."""
    text = subrip(TEXTS[language])
    content = text.encode(charset)
    at = next(index for index, byte in enumerate(content) if byte > 0xBF)
    found = readings(content[:at] + damage + content[at + 1 :], language=language)[0].text
    assert found[-15:] == text[-15:]


def test_a_valid_decoding_with_control_characters_is_none() -> None:
    """UTF-16 without a mark is valid UTF-8, and ISO-2022-JP valid ASCII."""
    assert "\x00" not in readings(subrip("plain").encode("utf-16-le"))[0].text
    assert "\x1b" not in readings(subrip(TEXTS["ja"]).encode("iso2022_jp"))[0].text


@pytest.mark.parametrize(
    ("modern", "older", "charset"),
    [
        ("Ünïcode", "Straße café", "cp1252"),
        ("Привет, как дела?", "Сегодня хорошая погода", "cp1251"),
        ("Żółć", "Zażółć gęślą jaźń", "cp1250"),
        ("Καλημέρα", "Τι κάνεις σήμερα;", "cp1253"),
    ],
)
def test_two_files_that_were_put_together(modern: str, older: str, charset: str) -> None:
    """Lines in UTF-8 are read as such, the others in the character set that continues them, which can be chosen."""
    content = f"{modern}\n".encode() + f"{older}\n{older}\n".encode(charset)
    first = readings(content)[0]
    assert first.text == f"{modern}\n{older}\n{older}\n"
    assert is_offered(first.charset)
    assert read_as(content, first.charset) == first


def test_pairs_of_bytes_are_not_taken_for_utf8() -> None:
    """Chinese in an old character set is not a mixture, even if a line happens to be valid UTF-8."""
    line = "陆陆陆".encode("gb18030")
    assert line.decode("utf-8") != "陆陆陆"  # by accident
    content = line + "\n今天的天气非常好\n我们去看电影吧\n".encode("gb18030")
    assert readings(content, language="zh")[0].charset == "gb18030"


def test_the_declared_language_decides_between_close_readings() -> None:
    """The same bytes are Polish letters and western ones."""
    content = subrip("Żółw idzie").encode("cp1250")
    assert "Żółw" in readings(content, language="pl-PL")[0].text


def test_several_plausible_readings_are_all_returned() -> None:
    """A person can tell them apart; the bytes cannot."""
    found = readings(subrip("Łódź i żółw").encode("iso8859-2"), language="pl")
    assert len(found) > 1
    assert len({each.text for each in found}) == len(found)
    assert any("Łódź i żółw" in each.text for each in found)


@given(st.binary(max_size=200), st.sampled_from(["und", "pl", "ja", "xx"]))
def test_any_bytes_have_readings_that_can_be_chosen(content: bytes, language: str) -> None:
    """At least one, and the text of a reading is what choosing it gives."""
    found = readings(content, language=language)
    assert found
    assert all(is_offered(each.charset) for each in found)


def test_only_listed_character_sets_can_be_chosen() -> None:
    """Not every codec of Python is a character set of text."""
    assert is_offered("cp1250")
    assert is_offered("utf-16-le")
    assert not any(map(is_offered, ("utf-7", "utf-8-nonsense", "rot13", "hex", "idna", "unicode_escape", "")))
    assert read_as(b"\xe9", "cp1252").text == "é"
