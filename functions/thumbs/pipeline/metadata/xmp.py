"""Kinds of metadata in XMP (ISO 16684-1), by the names of its properties.

The packet is not parsed as XML, because a parser is more than is needed, and prefixes are free: a property counts by
its local name.
"""

import re

_MOST = 2**20  # bytes to read; packets have a few KB
# A name behind its prefix, as an element or an attribute. Closing tags begin with a slash.
_NAME = re.compile(rb"[<\s][A-Za-z][\w.-]{0,30}:([A-Za-z][\w.-]{1,40})[\s=/>]")

# Local names in exif, photoshop, Iptc4xmpCore, Iptc4xmpExt, tiff, aux, exifEX, xmp, dc, mwg-rs, MP, plus, xmpMM, crs.
_NAMES = {
    "location": (
        b"GPSLatitude GPSLongitude GPSAltitude GPSDestLatitude GPSDestLongitude GPSAreaInformation City State Country"
        b" CountryCode Location LocationShown LocationCreated Sublocation ProvinceState CountryName WorldRegion"
    ),
    "camera": (
        b"Make Model Lens LensModel LensInfo LensSerialNumber SerialNumber BodySerialNumber ExposureTime FNumber"
        b" ISOSpeedRatings PhotographicSensitivity FocalLength ImageNumber"
    ),
    "people": (
        b"creator rights Artist Copyright PersonInImage PersonInImageWDetails Regions RegionInfo RegionList"
        b" PersonDisplayName AuthorsPosition CaptionWriter CreatorContactInfo OwnerName CameraOwnerName Credit"
        b" CopyrightOwner Owner"
    ),
    "comments": (
        b"description title subject Headline Instructions UserComment ImageDescription Keywords hierarchicalSubject"
        b" LastKeywordXMP Rating Label ExtDescrAccessibility AltTextAccessibility"
    ),
    "time": (
        b"CreateDate ModifyDate MetadataDate DateCreated DateTimeOriginal DateTimeDigitized DateTime GPSTimeStamp"
        b" GPSDateStamp"
    ),
    "software": b"CreatorTool History DerivedFrom DocumentID InstanceID OriginalDocumentID Software",
    "previews": b"Thumbnails Thumbnail PageInfo MotionPhoto MicroVideo Directory",
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
# The frame around the properties, and properties that only describe the pixels.
_TELL_NOTHING = frozenset(
    b"xmpmeta xapmeta RDF Description about xmptk Bag Seq Alt li lang parseType resource rdf Orientation ImageWidth"
    b" ImageLength XResolution YResolution ResolutionUnit ColorSpace PixelXDimension PixelYDimension BitsPerSample"
    b" SamplesPerPixel PhotometricInterpretation Compression ICCProfile ColorMode ExifVersion format Version"
    b" HasExtendedXMP hdrgm GainMapMin GainMapMax Gamma OffsetSDR OffsetHDR HDRCapacityMin HDRCapacityMax"
    b" BaseRenditionIsHDR Item Semantic Mime Length Padding".split()
)


def kinds(packet: bytes) -> set[str]:
    if packet[:2] in {b"\xfe\xff", b"\xff\xfe"} or b"\0" in packet[:4]:
        packet = packet.replace(b"\0", b"")  # UTF-16 or UTF-32, whose names are ASCII
    names = set(_NAME.findall(packet[:_MOST])) - _TELL_NOTHING
    # xmlns declares a prefix, which says nothing about properties.
    declared = set(re.findall(rb"\sxmlns:([\w.-]{1,40})", packet[:_MOST]))
    return {_KINDS.get(name, "other") for name in names - declared} - ({"other"} if names & _KINDS.keys() else set())
