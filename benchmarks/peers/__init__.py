"""The contenders: each module makes the same three thumbnails from the bytes of a picture, as its documentation says or
in the best way found, and each has

    thumbnails(original: bytes) -> list[bytes]     the files, largest first
    animations(original: bytes) -> list[bytes]     the same of all frames, if it can
    version() -> str                               of what does the work

`worker` runs them. All encode with libwebp at the same quality and the same effort, the pipeline's own
(functions/thumbs/pipeline/encode.py): effort 4, the default of the peers, would cost them twice the time and is not
what is compared. OpenCV cannot set the effort, so Pillow encodes for it.
"""

SIDES = (640, 320, 160)  # pixels of the longer side, as ThumbnailSizes of template.yaml has them
QUALITY = 80
EFFORT = 2  # "method" of libwebp, 0 to 6
