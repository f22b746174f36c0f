"""The colours that an AV1 stream declares in its sequence header (AV1 Bitstream & Decoding Process, 5.5)."""

from thumbs.pipeline.readers.bits import Bits

_SEQUENCE_HEADER = 1  # its type among the OBUs (6.2.2)
_MOST_OBUS = 16  # before the sequence header
_MOST = 4096  # bytes
_UNSPECIFIED = 2, 2


def cicp(obus: bytes) -> tuple[int, int] | None:
    """Colour primaries and transfer characteristics (ITU-T H.273) of the first sequence header in these OBUs.

    Both are 2, unspecified, if it declares none. None if there is no such header, or if it ends early.
    """
    obus = obus[:_MOST]
    try:
        for _ in range(_MOST_OBUS):
            kind, content, obus = _obu(obus)
            if kind == _SEQUENCE_HEADER:
                return _colours(Bits(content))
    except (EOFError, IndexError):
        pass
    return None


def _obu(data: bytes) -> tuple[int, bytes, bytes]:
    """The type of the first OBU, its content, and the data after it (5.3)."""
    extended, sized = data[0] & 4, data[0] & 2
    at = 2 if extended else 1
    if not sized:
        return data[0] >> 3 & 15, data[at:], b""
    size = 0
    for place in range(8):  # leb128()
        byte = data[at]
        at += 1
        size |= (byte & 127) << 7 * place
        if byte < 128:
            break
    return data[0] >> 3 & 15, data[at : at + size], data[at + size :]


def _colours(bits: Bits) -> tuple[int, int]:
    profile = bits.read(3)
    bits.flag()  # still_picture
    reduced = bits.flag()
    if reduced:
        bits.read(5)  # seq_level_idx
    else:
        _operating_points(bits)
    width, height = bits.read(4) + 1, bits.read(4) + 1
    bits.read(width + height)
    if not reduced and bits.flag():
        bits.read(7)  # the lengths of frame numbers
    bits.read(3)  # superblocks, filter_intra, intra_edge_filter
    if not reduced:
        _tools(bits)
    bits.read(3)  # superres, cdef, restoration
    return _colour_config(bits, profile)


def _operating_points(bits: Bits) -> None:
    decoder_model = False
    delay = 0
    if bits.flag():  # timing_info
        bits.read(64)
        if bits.flag():
            bits.golomb()
        decoder_model = bits.flag()
        if decoder_model:
            delay = bits.read(5) + 1
            bits.read(42)
    initial_delay = bits.flag()
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:  # seq_level_idx
            bits.flag()  # seq_tier
        if decoder_model and bits.flag():
            bits.read(2 * delay + 1)
        if initial_delay and bits.flag():
            bits.read(4)


def _tools(bits: Bits) -> None:
    bits.read(4)
    order_hint = bits.flag()
    if order_hint:
        bits.read(2)
    screen_content = bits.flag() or bits.flag()  # chosen per frame, or forced
    if screen_content and not bits.flag():  # seq_choose_integer_mv
        bits.flag()
    if order_hint:
        bits.read(3)


def _colour_config(bits: Bits, profile: int) -> tuple[int, int]:
    high = bits.flag()
    if profile == 2 and high:
        bits.flag()  # twelve_bit
    if profile != 1:
        bits.flag()  # mono_chrome
    if not bits.flag():
        return _UNSPECIFIED
    return bits.read(8), bits.read(8)
