"""The root command: help, versions, and how each kind of failure ends."""

import importlib.util
import logging
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from govtool import __version__
from govtool.cli.main import COMMANDS, Entry, main
from govtool.errors import DataError, FileError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def failing(monkeypatch):
    """Give the root a command `fail` that raises what the test says, or calls it."""
    module = types.ModuleType("failing_command")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(COMMANDS, "fail", Entry("failing_command:fail", "Fail."))

    def install(failure):
        @click.command()
        def fail():
            if isinstance(failure, BaseException):
                raise failure
            failure()

        module.fail = fail

    return install


def python(*words, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, **options)


def test_version_is_the_packages_own(cli):
    result = cli("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"govtool {__version__} ")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_with_its_summary(cli, flag):
    result = cli(flag)
    assert result.exit_code == 0
    for name, entry in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(entry.summary)}$", result.stdout, re.MULTILINE)


def test_the_module_runs_as_the_console_script_does(cli):
    result = python("-m", "govtool", "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: govtool ")


def subcommands(command, words):
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from subcommands(inner, (*words, name))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example(cli, name):
    command = main.get_command(click.Context(main), name)
    for words, _ in subcommands(command, (name,)):
        shown = cli(*words, "--help")
        assert shown.exit_code == 0
        after_usage = shown.stdout.split("\n\n", 1)[1]
        assert re.search(rf"Examples?:\s+govtool {' '.join(words)}\b", after_usage), shown.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_is_what_the_commands_own_file_says_first(name):
    """The list is printed without importing a command, so nothing else would notice that they differ."""
    summary = COMMANDS[name].summary
    source = importlib.util.find_spec(COMMANDS[name].target.split(":")[0]).origin
    first = Path(source).read_text(encoding="utf-8").splitlines()[0]
    assert first == f'"""`govtool {name}`: {summary[:1].lower()}{summary[1:]}"""'


def test_a_mistyped_command_is_refused_with_the_nearest_one(cli):
    result = cli("verfy")
    assert result.exit_code == 2
    assert "Did you mean 'verify'?" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("words", [["--no-such-option"], ["--log-level", "loud", "run"], []])
def test_bad_usage_exits_two(cli, words):
    assert cli(*words).exit_code == 2


@pytest.mark.parametrize(
    "failure",
    [
        DataError("btc.csv row 7: close = nan is not finite: remove the row"),
        FileError("x.toml: no such file"),
    ],
)
def test_a_refusal_is_one_sentence_on_stderr(cli, failing, failure):
    failing(failure)
    result = cli("fail")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == f"error: {failure}\n"


def test_debug_adds_the_traceback_before_the_sentence(cli, failing):
    failing(DataError("nothing there"))
    result = cli("--debug", "fail")
    assert result.exit_code == 2
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert result.stderr.endswith("\nerror: nothing there\n")


def test_an_unreadable_file_is_named(cli, failing, tmp_path):
    failing(lambda: (tmp_path / "absent.toml").read_text())
    result = cli("fail")
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: {tmp_path}/absent.toml: no such file or directory; check the path and its permissions\n"
    )


def test_an_unwritable_folder_is_named(cli, failing, tmp_path):
    (tmp_path / "plain").write_text("a file where a folder is wanted")
    failing(lambda: (tmp_path / "plain" / "out").mkdir())
    result = cli("fail")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {tmp_path}/plain/out: not a directory;")
    assert result.stderr.count("\n") == 1


def test_an_error_without_a_file_keeps_its_reason(cli, failing):
    failing(OSError("no space left"))
    assert cli("fail").stderr == "error: no space left\n"


def test_an_interrupt_exits_130_with_one_line(cli, failing):
    failing(KeyboardInterrupt())
    result = cli("fail")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")


def test_a_failed_check_keeps_exit_code_one(cli, failing):
    failing(click.exceptions.Exit(1))
    result = cli("fail")
    assert (result.exit_code, result.output) == (1, "")


def test_a_defect_is_one_sentence_and_never_exit_code_one(failing):
    failing(KeyError("lost\nkey"))
    result = CliRunner().invoke(main, ["fail"])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: govtool failed (KeyError: ")
    assert result.stderr.count("\n") == 1


def test_the_cli_fixture_raises_a_defect_in_the_test(cli, failing):
    failing(KeyError("lost"))
    with pytest.raises(KeyError, match="lost"):
        cli("fail")


def test_the_log_goes_to_stderr_at_the_level_asked(cli, failing):
    def speak():
        logging.getLogger("govtool.somewhere").info("said")
        logging.getLogger("govtool.somewhere").warning("a sentence")
        click.echo("answer")

    failing(speak)
    assert cli("fail").stderr == "a sentence\n"
    result = cli("--log-level", "info", "fail")
    assert (result.stdout, result.stderr) == ("answer\n", "INFO govtool.somewhere: said\na sentence\n")
    assert cli("--log-level", "error", "fail").stderr == ""
    assert logging.getLogger("govtool").handlers == []


def test_a_reader_that_leaves_is_not_an_error():
    """`govtool --help | head -1`: the closed pipe ends the program without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-u", "-m", "govtool", "--help"],
            stdout=writer,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
    finally:
        os.close(writer)
    assert done.stderr == ""
