"""`python -m bot`: the same as the `backchannel` command."""

from bot.cli import main

if __name__ == "__main__":
    main()
