"""The whole service on this machine, from template.yaml: `python -m dev`, or `make run`."""
