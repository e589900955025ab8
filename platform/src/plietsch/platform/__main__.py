"""`python -m plietsch.platform`: the command line without its script."""

from plietsch.platform.cli import main

main()
