"""The life of a job, in its order.

notices     S3 reports an upload
bindings    the job is about this upload, unless another was first
originals   it is read
thumbnails  they are stored
ledger      the manifest is written, if the job may end so
parked      a conversion that was given up waits for a redrive
claims      somebody uses it, so it is kept
retention   or it expires
erasure     nothing remains of it but a tombstone
keys, manifest        where everything is, and what an outcome says
attribution, access   whose a job is, and who may see it
choices               what a caller chose for a file
lookup                the job that a call of the API names
tally                 what is counted and logged of an upload
"""
