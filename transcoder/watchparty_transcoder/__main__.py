"""The command: `python -m watchparty_transcoder --input FILE --output DIR --video-id ID --generation G`.

FILE and DIR may also be in an S3-compatible service: `s3://BUCKET/KEY`.

Prints one transcode event per line on standard output and its log on standard error. SIGTERM stops it; running it again
continues where it stopped. Exit: 0 finished, 2 the file is at fault, 3 our fault or a time limit, 143 stopped.

`--task` runs one task of a Cloud Run job, configured by environment variables. Exit: 0 if its share is done or the file
was refused, which a retry would not change; 3 our fault, to be started again; 143 stopped.

`--prewarm` loads everything and then reads these arguments, a JSON list on one line, from standard input. Without any
it exits with 0 after ten minutes, or when standard input ends.

A film in a bucket needs two processes: this one has the credentials and serves the film; a second one, prewarmed and
then given `--broker URL`, decodes it in a sandbox without any.
"""

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from watchparty_transcoder import prewarm
from watchparty_transcoder.broker import decoder
from watchparty_transcoder.config import S3_ENDPOINT, BadSetting, Config, in_s3, read_cloud_config, read_config
from watchparty_transcoder.logs import log_to_the_cloud
from watchparty_transcoder.sandbox.sandbox import protect_this_process

if TYPE_CHECKING:
    from watchparty_transcoder.cloud_task import CloudTask
    from watchparty_transcoder.events.event_emitter import RunIdentity
    from watchparty_transcoder.film_run import Job

OUR_FAULT = 3

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    if not arguments.prewarm:
        return _run(arguments, None)
    if not os.environ.get(S3_ENDPOINT):
        return _run_received(prewarm.DECODING, None)
    with decoder.started(os.environ) as decoding:  # it loads while this process does
        return _run_received(prewarm.SERVING, decoding)


def _run_received(modules: Sequence[str], decoding: decoder.Decoder | None) -> int:
    received = prewarm.receive_arguments(modules)
    return 0 if received is None else _run(_arguments(received), decoding)


def _run(arguments: argparse.Namespace, decoding: decoder.Decoder | None) -> int:
    if arguments.task:
        log_to_the_cloud()
    else:
        form = "%(asctime)s %(levelname)s %(name)s %(message)s"
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form)
    try:
        config = read_config(os.environ)
        if arguments.broker:
            return _decode(arguments, config)
        if arguments.task or in_s3(arguments.input) or in_s3(arguments.output):
            return _serve(arguments, config, decoding)
        return _transcode_locally(arguments, config)
    except BadSetting as error:
        log.error("%s", error)
        return OUR_FAULT


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="watchparty_transcoder", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    needs_files = {"--task", "--prewarm", "--broker"}.isdisjoint(sys.argv[1:] if argv is None else argv)
    parser.add_argument("--task", action="store_true", help="run one task of a Cloud Run job")
    parser.add_argument("--prewarm", action="store_true", help="read the arguments from standard input")
    parser.add_argument("--broker", metavar="URL", help="where the process with the credentials serves the film")
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


def _identity(arguments: argparse.Namespace) -> "RunIdentity":
    from watchparty_transcoder.events.event_emitter import RunIdentity

    return RunIdentity(video_id=arguments.video_id, generation=arguments.generation, attempt=arguments.attempt)


# -- the process that decodes ------------------------------------------------------------------------------------------


def _transcode_locally(arguments: argparse.Namespace, config: Config) -> int:
    from watchparty_transcoder.bootstrap import local_job

    source, output = Path(arguments.input), Path(arguments.output)
    job = local_job(config, source=source, output=output, identity=_identity(arguments), threads=arguments.threads)
    return _film(job, with_parent=arguments.with_parent)


def _decode(arguments: argparse.Namespace, config: Config) -> int:
    from watchparty_transcoder.bootstrap import brokered_job, cloud_task

    if arguments.task:
        return _cloud_task(cloud_task(config, arguments.broker))
    return _film(brokered_job(config, arguments.broker), with_parent=True)


def _film(job: "Job", *, with_parent: bool) -> int:
    from watchparty_transcoder.errors import Cancelled, InternalError, TranscodeError
    from watchparty_transcoder.pipeline import transcode

    logging.getLogger().addHandler(job.run_log)
    signal.signal(signal.SIGTERM, lambda *_: job.processes.cancel())
    if with_parent:
        _at_end_of_input(job.processes.cancel)
    try:
        transcode(job)
    except Cancelled as error:
        return error.exit_code
    except TranscodeError as error:
        log.exception("%s: %s", error.code, error.detail)
        job.report_failure(error)
        job.emitter.failed(error)
        return error.exit_code
    except Exception as error:
        log.exception("unexpected error")
        failure = InternalError(repr(error))
        job.report_failure(failure)
        job.emitter.failed(failure)
        return failure.exit_code
    return 0


def _cloud_task(task: "CloudTask") -> int:
    from watchparty_transcoder.errors import BadMedia, Cancelled, InternalError, TimedOut, TranscodeError

    logging.getLogger().addHandler(task.job.run_log)
    signal.signal(signal.SIGTERM, lambda *_: task.job.processes.cancel())
    _at_end_of_input(task.job.processes.cancel)
    try:
        task.run()
    except Cancelled as error:
        return error.exit_code
    except (BadMedia, TimedOut) as error:
        log.exception("%s: %s", error.code, error.detail)
        task.job.report_failure(error)
        task.job.emitter.failed(error)
    except Exception as error:  # no event: Cloud Run starts the task again, and then the sweeper starts the job again
        log.exception("unexpected error")
        task.job.report_failure(error if isinstance(error, TranscodeError) else InternalError(repr(error)))
        return OUR_FAULT
    return 0


# -- the process that holds the credentials ----------------------------------------------------------------------------


def _serve(arguments: argparse.Namespace, config: Config, decoding: decoder.Decoder | None) -> int:
    """Serves the film to a decoder, and exits as it does."""
    cloud = read_cloud_config(os.environ) if arguments.task else None
    with contextlib.ExitStack() as stack:
        decoding = decoding or stack.enter_context(decoder.started(os.environ))
        protect_this_process()  # from here on it gets to hold credentials
        signal.signal(signal.SIGTERM, lambda *_: decoding.stop())
        if arguments.with_parent:
            _at_end_of_input(decoding.stop)
        from watchparty_transcoder.broker.bootstrap import film_in_s3, film_of_cloud_task

        if cloud is not None:
            address = stack.enter_context(film_of_cloud_task(cloud, stop_decoder=decoding.kill))
            return _exit_code(decoding.run(["--task", "--broker", address]))
        served = film_in_s3(
            config,
            source=arguments.input,
            output=arguments.output,
            identity=_identity(arguments),
            threads=arguments.threads,
            stop_decoder=decoding.kill,
        )
        return _exit_code(decoding.run(["--broker", stack.enter_context(served)]))


def _exit_code(code: int) -> int:
    from watchparty_transcoder.errors import Cancelled

    if code >= 0:
        return code
    if code == -signal.SIGTERM:  # cancelled before it handles that signal
        return Cancelled.exit_code
    log.error("the process that decoded the film was ended by %s", signal.Signals(-code).name)
    return OUR_FAULT


def _at_end_of_input(stop: Callable[[], None]) -> None:
    """The parent holds the other end: when it dies, even by kill -9, no one needs this encode any more."""

    def wait() -> None:
        while os.read(0, 4096):  # not sys.stdin: this thread would hold its lock when the interpreter exits
            pass
        stop()

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
