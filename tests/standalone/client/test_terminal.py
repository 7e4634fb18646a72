"""What people see in a terminal."""

import io
import os
import pty

from watchparty.client.terminal import ProgressBar, printable, progress_line, table


def test_a_line_shows_share_speed_and_remaining_time() -> None:
    """It fits the terminal: a narrow one has no bar."""
    line = progress_line(600_000_000, 1_500_000_000, bytes_per_s=10_000_000, columns=100)
    assert line == f"[{'#' * 16}{'.' * 24}]  40 %  600.0 MB of 1.5 GB  10.0 MB/s  90 s left".replace("90 s", "2 min")
    assert progress_line(1, 1, bytes_per_s=0, columns=40).endswith("100 %  1 bytes of 1 bytes")
    assert len(progress_line(600_000_000, 1_500_000_000, bytes_per_s=10_000_000, columns=30)) < 30


def test_no_bar_is_drawn_in_a_file() -> None:
    """A log of a script has no control characters."""
    written = io.StringIO()
    bar = ProgressBar(written)
    bar(1, 2)
    bar(2, 2)
    bar.close()
    assert written.getvalue() == ""


def test_a_bar_is_drawn_on_a_terminal() -> None:
    """The line is redrawn in place and ended once."""
    theirs, ours = pty.openpty()
    with os.fdopen(ours, "w") as terminal:
        bar = ProgressBar(terminal)
        bar(0, 1000)
        bar(1000, 1000)
        bar.close()
        bar.close()
        terminal.flush()
        shown = os.read(theirs, 4096).decode()
    os.close(theirs)
    assert shown.count("\r\x1b[K") == 2
    assert shown.endswith("100 %  1 kB of 1 kB\r\n")
    assert shown.count("\n") == 1


def test_text_of_a_server_can_not_control_the_terminal() -> None:
    """A title with escape sequences is shown without them, and columns stay aligned."""
    assert printable("a\x1b[2Jb\u202e") == "a�[2Jb�"
    assert table([("a", "bb"), ("ccc", "d\n")]) == "a    bb\nccc  d�"
