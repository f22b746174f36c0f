"""What the functions share, by subject. An import leads down this list, never up and never along a line:

verification                        tries a release before it receives traffic
jobs                                what a job is, who may end it, where its objects are
api, aws, pipeline                  requests and links; AWS, a module for each service; from bytes to thumbnails
errors, settings                    why there are no thumbnails; what the stack's owner has chosen
formats, observe, picture, sizes    the vocabulary, and the log
"""
