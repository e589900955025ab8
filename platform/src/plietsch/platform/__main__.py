"""The command line: `plietsch`, and `python -m plietsch.platform`."""

import sys


def main() -> None:
    """Load the command line and run it: who presses Ctrl-C while it is being loaded has broken nothing off."""
    try:
        from plietsch.platform import cli  # takes a third of a second

        cli.main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
