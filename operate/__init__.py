"""Commands for a deployed stack: `python -m operate --help`."""
