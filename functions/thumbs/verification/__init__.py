"""The verification of a release: its new versions are tried before they receive traffic, and after.

hook             reports to CodeDeploy, whatever happens
conversions      every golden picture through convert
journey          one upload through the API, as a browser does it
golden           the pictures, and what must come out of them
probes           what is uploaded for it, and deleted afterwards
judge, browser   look at thumbnails, send forms and follow links
"""
