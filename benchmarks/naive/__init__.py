"""The three functions as in a tutorial, for comparison of the cold starts."""
