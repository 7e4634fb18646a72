"""The text in the terminal contains everything that a person needs at the start."""

from pathlib import Path

from watchparty.banner import banner, qr_code


def test_the_banner_has_both_addresses_the_data_folder_and_the_setup_link() -> None:
    """The local address, the network address, the data folder, and the link for the first admin."""
    text = banner(
        local_url="http://127.0.0.1:8400",
        lan_url="http://192.168.1.7:8400",
        data=Path("/films"),
        setup_url="http://127.0.0.1:8400/setup#token=abc",
        demo_url=None,
    )
    for expected in ("http://127.0.0.1:8400", "http://192.168.1.7:8400", "/films", "/setup#token=abc"):
        assert expected in text
    assert qr_code("http://192.168.1.7:8400") in text


def test_a_machine_without_a_network_shows_no_code() -> None:
    """A code that leads nowhere would only confuse."""
    text = banner(local_url="http://127.0.0.1:8400", lan_url=None, data=Path("/f"), setup_url=None, demo_url=None)
    assert "On your network" not in text
    assert "█" not in text
