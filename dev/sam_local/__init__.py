"""The service on this machine with its functions in containers: `python -m dev.sam_local`."""
