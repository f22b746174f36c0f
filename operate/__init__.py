"""What a person does to a deployed stack: `python -m operate --help`."""
