"""`python -m tracker`: the command without its script."""

from tracker.cli import main

main()
