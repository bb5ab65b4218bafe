"""`python -m govtool` is the console script."""

from govtool.cli.main import main

main(prog_name="govtool")
