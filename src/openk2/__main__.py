"""`python -m openk2 …` is the `openk2` command; torchrun starts it this way."""

from openk2.cli.main import main

main()
