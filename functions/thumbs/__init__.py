"""What the functions share, by subject. Imports go down this list: never up, and never between names on the same
line.

upkeep, verification                             finds what was lost; tries a release before it receives traffic
jobs                                             what a job is, who may end it, the keys of its objects
api, aws, pipeline                               requests and links; a module for each service; bytes to thumbnails
signature                                        AWS's signatures of requests, forms and links
errors, settings                                 why there are no thumbnails; the stack's parameters
correlation, formats, observe, picture, sizes    the vocabulary, and the log
"""
