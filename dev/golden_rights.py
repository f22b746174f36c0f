"""What one golden picture tells of its author: facts that thumbnails keep if they are asked to, and others."""

from PIL import Image

# By their names in a manifest (docs/api.md).
RIGHTS = {
    "creator": "Golden Author",
    "copyright": "Golden copyright notice",
    "credit": "Golden credit line",
    "license": "https://golden.example/licence",
    "licensor": "https://golden.example/licensor",
}

_NAMES = (
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("xmpRights", "http://ns.adobe.com/xap/1.0/rights/"),
    ("plus", "http://ns.useplus.org/ldf/xmp/1.0/"),
)


def carried(mark: str) -> dict[str, bytes]:
    """Metadata of a JPEG in Pillow's names: RIGHTS, a location, and the mark, which no thumbnail may tell."""
    exif = Image.Exif()
    exif[0x010E] = mark
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # the latitude
    return {"exif": exif.tobytes(), "xmp": _packet(mark)}


def _packet(mark: str) -> bytes:
    """XMP with RIGHTS. mark: the city and the title."""
    inside = (
        f"<dc:creator><rdf:Seq><rdf:li>{RIGHTS['creator']}</rdf:li></rdf:Seq></dc:creator>"
        f"<dc:rights>{_in_any_language(RIGHTS['copyright'])}</dc:rights><dc:title>{_in_any_language(mark)}</dc:title>"
        f"<photoshop:Credit>{RIGHTS['credit']}</photoshop:Credit><photoshop:City>{mark}</photoshop:City>"
        f"<xmpRights:WebStatement>{RIGHTS['license']}</xmpRights:WebStatement>"
        f'<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorURL>{RIGHTS["licensor"]}'
        "</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>"
    )
    names = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in _NAMES)
    described = f'<rdf:RDF {names}><rdf:Description rdf:about="">{inside}</rdf:Description></rdf:RDF>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{described}</x:xmpmeta>'.encode()


def _in_any_language(text: str) -> str:
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'
