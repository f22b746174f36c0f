"""The two functions as a tutorial has them: what the cold starts are compared with."""
