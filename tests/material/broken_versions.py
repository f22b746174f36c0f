"""Versions of our own code that are broken on purpose, each by one change, and what a release must report."""

from tests.material.changed_code import Change

# A block of EXIF: orientation 6.
EXIF = 'exif=b"Exif\\0\\0MM\\0*\\0\\0\\0\\x08\\0\\1\\1\\x12\\0\\3\\0\\0\\0\\1\\0\\6\\0\\0\\0\\0\\0\\0", '
CONVERT_READS = "        conversion = pipeline.run("
FIRST = "orientation-1.jpg"
# The change, the picture that the log must name, and words of the reason.
BROKEN = {
    "it throws": (
        Change("convert.py", "    failures = []\n", '    raise RuntimeError("broken on purpose")\n    failures = []\n'),
        FIRST,
        "broken on purpose",
    ),
    "it refuses everything": (
        Change("convert.py", CONVERT_READS, f"        raise errors.Rejected(errors.Reason.DAMAGED)\n{CONVERT_READS}"),
        FIRST,
        "it is rejected (damaged)",
    ),
    "it never commits": (
        Change("convert.py", "if ledger.end(outcome, seen, upload.again):  # last", "if True:  # last"),
        FIRST,
        "there is no manifest",
    ),
    "it turns pictures the wrong way": (
        Change("thumbs/pipeline/orient.py", "6: Image.Transpose.ROTATE_270", "6: Image.Transpose.ROTATE_90"),
        "orientation-6.jpg",
        "the colour at 0,0 is",
    ),
    "it keeps metadata": (
        Change("thumbs/pipeline/encode.py", "clean.save(file, **", f"clean.save(file, {EXIF}**"),
        FIRST,
        "small: it holds metadata (exif)",
    ),
    "it enlarges": (
        Change("thumbs/pipeline/geometry.py", "shrink = min(1.0, size.width", "shrink = min(size.width"),
        FIRST,
        "large: it is 640x480, not 320x240",
    ),
}


BROKEN_API = {
    "it throws": (
        "SignUploadFunction",
        Change("sign_upload.py", '    match event["httpMethod"]', '    match event["method"]'),
        "refuse",
        "'method'",
    ),
    "it signs what is no picture": (
        "SignUploadFunction",
        Change("thumbs/api/upload_request.py", "not in formats.ACCEPTED_TYPES", "in ()"),
        "refuse",
        "a text file is answered with 201",
    ),
    "it refuses everything": (
        "SignUploadFunction",
        Change("thumbs/api/upload_request.py", "not in formats.ACCEPTED_TYPES", "not in ()"),
        "sign",
        "a picture is answered with 415",
    ),
    "its signature is wrong": (
        "SignUploadFunction",
        Change("thumbs/signature.py", 'f"AWS4{', 'f"AWS5{'),
        "upload",
        "S3 answers 403 to the signed form",
    ),
    "it knows of no upload": (
        "GetUploadFunction",
        Change("thumbs/jobs/lookup.py", "    if not keys.is_job(job) or", "    if keys.is_job(job) or"),
        "ask get_upload",
        "an upload that is done is answered with 404",
    ),
    "its links lead nowhere": (
        "GetUploadFunction",
        Change("thumbs/api/links.py", "current.thumbnail_bucket, key,", 'current.thumbnail_bucket, "x" + key,'),
        "follow the link",
        "the link to a thumbnail is answered with 404",
    ),
}
