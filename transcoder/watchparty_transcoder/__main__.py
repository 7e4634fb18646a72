"""The command: `python -m watchparty_transcoder --input FILE --output DIR --video-id ID --generation G`.

FILE and DIR may also be in an S3-compatible service: `s3://BUCKET/KEY`.

Prints one transcode event per line on standard output and its log on standard error. SIGTERM stops it; running it again
continues where it stopped. Exit: 0 finished, 2 the file is at fault, 3 our fault or a time limit, 143 stopped.

`--task` runs one task of a Cloud Run job, configured by environment variables. Exit: 0 if its share is done or the file
was refused, which a retry would not change; 3 our fault, to be started again; 143 stopped.

`--prewarm` loads everything and then reads these arguments, a JSON list on one line, from standard input. Without any
it exits with 0 after ten minutes, or when standard input ends.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from watchparty_transcoder import prewarm
from watchparty_transcoder.config import BadSetting, read_cloud_config, read_config
from watchparty_transcoder.logs import log_to_the_cloud

if TYPE_CHECKING:
    from watchparty_transcoder.film_run import Job

OUR_FAULT = 3

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    if arguments.prewarm:
        received = prewarm.receive_arguments()
        if received is None:
            return 0
        arguments = _arguments(received)
    if arguments.task:
        log_to_the_cloud()
    else:
        form = "%(asctime)s %(levelname)s %(name)s %(message)s"
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form)
    try:
        if arguments.task:
            return _cloud_task()
        return _transcode(arguments)
    except BadSetting as error:
        log.error("%s", error)
        return OUR_FAULT


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="watchparty_transcoder", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    needs_files = {"--task", "--prewarm"}.isdisjoint(sys.argv[1:] if argv is None else argv)
    parser.add_argument("--task", action="store_true", help="run one task of a Cloud Run job")
    parser.add_argument("--prewarm", action="store_true", help="read the arguments from standard input")
    parser.add_argument("--input", required=needs_files, metavar="FILE")
    parser.add_argument("--output", required=needs_files, metavar="DIR", help="media/{video_id}/{generation}")
    parser.add_argument("--video-id", default="local")
    parser.add_argument("--generation", type=int, default=1)
    parser.add_argument("--attempt", type=int, default=1, help="number of this run of the generation; in each event")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    parser.add_argument("--threads", type=int, default=None, help="for decoding and encoding; default: all cores")
    return parser.parse_args(_with_values_attached(sys.argv[1:] if argv is None else argv))


def _with_values_attached(argv: Sequence[str]) -> list[str]:
    """`--input -a.mp4` as `--input=-a.mp4`: argparse takes a file name that begins with a dash for an option."""
    attached: list[str] = []
    for argument in argv:
        if attached and attached[-1] in ("--input", "--output", "--video-id"):
            attached[-1] += f"={argument}"
        else:
            attached.append(argument)
    return attached


def _transcode(arguments: argparse.Namespace) -> int:
    # imported here, so that a mistyped argument is reported at once
    from watchparty_transcoder.bootstrap import one_job
    from watchparty_transcoder.events.event_emitter import RunIdentity

    identity = RunIdentity(video_id=arguments.video_id, generation=arguments.generation, attempt=arguments.attempt)
    config = read_config(os.environ)
    with one_job(
        config, source=arguments.input, output=arguments.output, identity=identity, threads=arguments.threads
    ) as job:
        return _run(job, with_parent=arguments.with_parent)


def _run(job: "Job", *, with_parent: bool) -> int:
    from watchparty_transcoder.errors import Cancelled, InternalError, TranscodeError
    from watchparty_transcoder.pipeline import transcode

    signal.signal(signal.SIGTERM, lambda *_: job.processes.cancel())
    if with_parent:
        threading.Thread(target=_cancel_at_end_of_input, args=(job,), daemon=True).start()
    try:
        transcode(job)
    except Cancelled as error:
        return error.exit_code
    except TranscodeError as error:
        log.exception("%s: %s", error.code, error.detail)
        job.emitter.failed(error)
        return error.exit_code
    except Exception as error:
        log.exception("unexpected error")
        job.emitter.failed(InternalError(repr(error)))
        return InternalError.exit_code
    return 0


def _cloud_task() -> int:
    from watchparty_transcoder.bootstrap import cloud_task
    from watchparty_transcoder.errors import BadMedia, Cancelled, TimedOut

    with cloud_task(read_config(os.environ), read_cloud_config(os.environ)) as task:
        signal.signal(signal.SIGTERM, lambda *_: task.job.processes.cancel())
        try:
            task.run()
        except Cancelled as error:
            return error.exit_code
        except (BadMedia, TimedOut) as error:
            log.exception("%s: %s", error.code, error.detail)
            task.job.emitter.failed(error)
        except Exception:  # no event: Cloud Run starts the task again, and after that the sweeper starts the job again
            log.exception("unexpected error")
            return OUR_FAULT
    return 0


def _cancel_at_end_of_input(job: "Job") -> None:
    """The parent holds the other end: when it dies, even by kill -9, no one needs this encode any more."""
    while os.read(0, 4096):  # not sys.stdin: this thread would hold its lock when the interpreter exits
        pass
    job.processes.cancel()


if __name__ == "__main__":
    sys.exit(main())
