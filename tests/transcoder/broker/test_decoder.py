"""The process that decodes can always be stopped."""

import subprocess
import sys

from watchparty_transcoder.broker.decoder import Decoder

DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
signal.alarm(60)
signal.pause()
"""


def test_a_decoder_that_does_not_stop_is_killed() -> None:
    """A call of libav that never returns does not keep the process with the credentials alive."""
    process = subprocess.Popen([sys.executable, "-c", DEAF], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdout
        process.stdout.readline()
        decoder = Decoder(process, stop_within_s=0.1)
        decoder.stop()
        assert decoder.run(["--broker", "address"]) == -9
