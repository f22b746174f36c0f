"""Whose a picture is, as photographers' programs write it, independent of the code under test."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMES = (
    f'xmlns:rdf="{RDF}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
)
LICENCE, LICENSOR = "https://creativecommons.org/licenses/by/4.0/", "https://photos.example/buy?id=7&lang=de"
CREATOR = "<dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li><rdf:li>Zoë Ångström</rdf:li></rdf:Seq></dc:creator>"
NOTICE = (
    '<dc:rights><rdf:Alt><rdf:li xml:lang="de">Alle Rechte</rdf:li><rdf:li xml:lang="x-default">© 2026 Doe &amp; Co'
    "</rdf:li></rdf:Alt></dc:rights>"
)
CREDIT = "<photoshop:Credit>Doe / Agency</photoshop:Credit>"
STATEMENT = f"<xmpRights:WebStatement>{LICENCE}</xmpRights:WebStatement>"
GRANTED = (
    '<plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:LicensorName>Doe</plus:LicensorName>'
    f"<plus:LicensorURL>{LICENSOR.replace('&', '&amp;')}</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>"
)
# What must not survive.
SECRETS = (
    "<exif:GPSLatitude>48,12.5N</exif:GPSLatitude><photoshop:City>Vienna</photoshop:City><dc:title>Home</dc:title>"
    "<Iptc4xmpCore:CreatorContactInfo rdf:parseType='Resource'><Iptc4xmpCore:CiEmailWork>jane@secret.example"
    "</Iptc4xmpCore:CiEmailWork></Iptc4xmpCore:CreatorContactInfo>"
)
ALL = CREATOR + NOTICE + CREDIT + STATEMENT + GRANTED + SECRETS


def packet(inside: str, attributes: str = "", before: str = "") -> bytes:
    """A packet of XMP. inside: the elements of a description. before: the first element."""
    return (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{before}<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" {NAMES} {attributes}>{inside}</rdf:Description>'
        f'</rdf:RDF></x:xmpmeta>{" " * 100}<?xpacket end="w"?>'
    ).encode()
