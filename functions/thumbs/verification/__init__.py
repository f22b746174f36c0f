"""A release is tried before its new versions receive traffic, and after.

hook        reports to CodeDeploy, whatever happens
golden      pictures and what must come out of them
journey     one upload through the API, as a browser does it
probes      what is uploaded for it, and deleted afterwards
judge, browser   look at thumbnails, send forms and follow links
"""
