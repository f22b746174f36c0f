"""Upkeep: what a run every quarter of an hour does, in its order.

memory     what a run remembers for the next one, of which only one is at work
search     the upload bucket, page by page → uploads without an outcome
rescue     they are converted again, at most three times, and then reported as failed
releases   once a day, versions of functions that nobody can need any more are deleted
day        once a day, a line with counts, bytes and the estimated cost
"""
