"""The root command: imports only the command that is named, and turns every failure into one sentence."""

import errno
import importlib
import logging
import sys
import traceback
from typing import Any, NamedTuple

import click

from govtool import MODEL, __version__
from govtool.errors import GovtoolError

EXIT_REFUSED = 2
"""Bad usage or bad input; 1 is kept for `the thing checked is not so`."""

EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells report a program that Ctrl-C ended."""


class Entry(NamedTuple):
    """Where a command lives, and its line in the list; the module is imported only when it is called."""

    target: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "run": Entry("govtool.cli.run:run", "Search, validate and write the proposal, in one command."),
    "data": Entry("govtool.cli.data:data", "List, fetch, import and check price history."),
    "params": Entry("govtool.cli.params:params", "Show, check and compare protocol parameters."),
    "backtest": Entry("govtool.cli.backtest:backtest", "Replay history under one protocol."),
    "explain": Entry("govtool.cli.explain:explain", "Explain what happened in a replay, event by event."),
    "compare": Entry("govtool.cli.compare:compare", "Replay history under several protocols and margin modes."),
    "activation": Entry("govtool.cli.activation:activation", "Show who becomes liquidatable when a change activates."),
    "buffer": Entry("govtool.cli.buffer:buffer", "Show what extra collateral would have survived past crashes."),
    "optimize": Entry("govtool.cli.optimize:optimize", "Search the parameters that a study names."),
    "redteam": Entry("govtool.cli.redteam:redteam", "Search the worst attack on a protocol, and what closes it."),
    "pareto": Entry("govtool.cli.pareto:pareto", "Show the candidates of a study that nothing beats."),
    "propose": Entry("govtool.cli.propose:propose", "Write the proposal of a finished search."),
    "verify": Entry("govtool.cli.verify:verify", "Re-run a proposal and compare every number."),
    "report": Entry("govtool.cli.report:report", "Write a proposal as one HTML page."),
    "regress": Entry("govtool.cli.regress:regress", "Hold regression backtests against their baselines."),
    "sensitivity": Entry(
        "govtool.cli.sensitivity:sensitivity", "Show what each parameter of the liquidation system moves."
    ),
    "incidents": Entry("govtool.cli.incidents:incidents", "Re-create known incidents beside what was published."),
    "conformance": Entry(
        "govtool.cli.conformance:conformance", "Run vectors or portfolios through exact chain arithmetic."
    ),
    "warmup": Entry("govtool.cli.warmup:warmup", "Compile the engine ahead of the first replay."),
}
"""Every command, in the order of the list that `govtool --help` prints."""


class Refusal(click.ClickException):
    """Bad input, as one sentence on stderr and exit code 2."""

    exit_code = EXIT_REFUSED

    def show(self, file: Any = None) -> None:
        """Print the sentence, to stderr unless another file is given."""
        click.echo(f"error: {self.format_message()}", file=file, err=file is None)


class Defect(Refusal):
    """A failure that nobody foresaw: govtool's own mistake, its cause kept in `__cause__`."""


def _sentence(error: OSError) -> str:
    """What the operating system refused, as one sentence that names the file."""
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return reason
    return f"{error.filename}: {reason[:1].lower()}{reason[1:]}; check the path and its permissions"


def _refusal(error: Exception) -> Refusal:
    """The refusal that tells the user of a failure."""
    if isinstance(error, GovtoolError):
        return Refusal(str(error))
    if isinstance(error, OSError):
        return Refusal(_sentence(error))
    kind, what = type(error).__name__, " ".join(str(error).split())
    return Defect(f"govtool failed ({kind}: {what}); this is a defect, --debug shows where it happened")


class Root(click.Group):
    """A group whose commands are rows of `COMMANDS`, imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; a mistyped name is refused with the nearest ones."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            if ctx.resilient_parsing or cmd_name.startswith("-"):
                return None
            raise click.exceptions.NoSuchCommand(cmd_name, possibilities=COMMANDS, ctx=ctx)
        module, name = entry.target.split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table alone, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the named command; a failure becomes one sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise click.exceptions.Exit(EXIT_INTERRUPTED) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader of our output left: click ends quietly
            if ctx.params["debug"]:
                traceback.print_exception(error, file=sys.stderr)
            raise _refusal(error) from error


class Spoken(logging.Handler):
    """Prints the log as commands print, above a progress bar where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record: a warning is a sentence for the user, everything else says where it comes from."""
        told = record.getMessage() if record.levelno == logging.WARNING else self.format(record)
        click.echo(told, err=True)


def _log_to_stderr(ctx: click.Context, level: str) -> None:
    """Send govtool's log to stderr until the command ends."""
    logger = logging.getLogger("govtool")
    handler = Spoken()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    ctx.call_on_close(lambda: logger.removeHandler(handler))


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Example: govtool run proposals/studies/bundled.toml",
)
@click.version_option(__version__, prog_name="govtool", message=f"%(prog)s %(version)s (replay model {MODEL})")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="How much to log, to stderr.",
)
@click.pass_context
def main(ctx: click.Context, debug: bool, log_level: str) -> None:
    """Tune the risk parameters of a perpetuals exchange on history, and write the governance proposal.

    Exit code 0: done, or it is so. 1: the thing checked is not so. 2: bad usage or input.
    """
    _log_to_stderr(ctx, log_level)
