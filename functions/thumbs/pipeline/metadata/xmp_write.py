"""Writes rights as a packet of XMP (ISO 16684-1), always in the same form, with nothing of the original's markup.

Search engines read the five properties from XMP alone, in every format: creator, notice and credit line are also read
from IPTC's records, the two addresses only from here (IPTC, "Quick guide to IPTC Photo Metadata on Google Images").
"""

from thumbs.pipeline.metadata.rights import Rights

_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""{namespaces}>{properties}</rdf:Description></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="r"?>'
)
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}


def packet(rights: Rights) -> bytes:
    """In UTF-8; empty if there is nothing to say."""
    properties = "".join(
        form.format(value)
        for form, value in (
            ("<dc:creator><rdf:Seq>{}</rdf:Seq></dc:creator>", "".join(map(_item, rights.creator))),
            (
                '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:rights>',
                _text(rights.copyright),
            ),
            ("<photoshop:Credit>{}</photoshop:Credit>", _text(rights.credit)),
            ("<xmpRights:WebStatement>{}</xmpRights:WebStatement>", _text(rights.license)),
            (
                '<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorURL>{}</plus:LicensorURL>'
                "</rdf:li></rdf:Seq></plus:Licensor>",
                _text(rights.licensor),
            ),
        )
        if value
    )
    if not properties:
        return b""
    used = "".join(f' xmlns:{name}="{uri}"' for name, uri in _NAMESPACES.items() if f"<{name}:" in properties)
    return _PACKET.format(namespaces=used, properties=properties).encode()


def _item(value: str) -> str:
    return f"<rdf:li>{_text(value)}</rdf:li>"


def _text(value: str) -> str:
    return value.translate(_MARKUP)
