"""The colours that an HEVC stream declares in its sequence parameter set (H.265, 7.3.2.2 and annex E)."""

from thumbs.pipeline.readers.bits import Bits

_SPS = 33  # its type among the NAL units (table 7-1)
_ARRAYS = 22  # offset of its NAL units in hvcC (ISO/IEC 14496-15, 8.3.2.1)
_MOST_UNITS = 64
_MOST = 4096  # bytes of a parameter set
_MOST_SETS = 64  # of reference pictures, of which a still has none
_UNSPECIFIED = 2, 2


def cicp(configuration: bytes) -> tuple[int, int] | None:
    """Colour primaries and transfer characteristics (ITU-T H.273). Both are 2, unspecified, if the stream declares
    none. None if there is no such set, or if it ends early. configuration: the content of the box hvcC."""
    try:
        sps = _parameter_set(configuration)
        return _colours(Bits(sps)) if sps else None
    except (EOFError, IndexError, ValueError):
        return None


def _parameter_set(configuration: bytes) -> bytes | None:
    """The set without its NAL unit header and emulation prevention bytes (7.4.2)."""
    at = _ARRAYS + 1
    for _ in range(configuration[_ARRAYS]):
        kind = configuration[at] & 63
        units = int.from_bytes(configuration[at + 1 : at + 3], "big")
        at += 3
        for _ in range(min(units, _MOST_UNITS)):
            length = int.from_bytes(configuration[at : at + 2], "big")
            if kind == _SPS:
                return configuration[at + 4 : at + 2 + min(length, _MOST)].replace(b"\0\0\3", b"\0\0")
            at += 2 + length
    return None


def _colours(bits: Bits) -> tuple[int, int]:
    bits.read(4)
    layers = bits.read(3)  # sps_max_sub_layers_minus1
    bits.flag()
    _profile_tier_level(bits, layers)
    bits.golomb()
    if bits.golomb() == 3:  # chroma_format_idc
        bits.flag()
    _skip(bits, 2)  # width and height
    if bits.flag():  # conformance_window_flag
        _skip(bits, 4)
    _skip(bits, 2)  # depths
    order = bits.golomb() + 4  # bits of a picture order count
    _skip(bits, 3 * (layers + 1 if bits.flag() else 1))
    _skip(bits, 6)  # sizes of blocks, depths of transforms
    if bits.flag() and bits.flag():  # scaling_list_enabled_flag, sps_scaling_list_data_present_flag
        _scaling_lists(bits)
    bits.read(2)
    if bits.flag():  # pcm_enabled_flag
        bits.read(8)
        _skip(bits, 2)
        bits.flag()
    _reference_sets(bits)
    if bits.flag():  # long_term_ref_pics_present_flag
        bits.read(min(bits.golomb(), _MOST_SETS) * (order + 1))
    bits.read(2)
    return _of_vui(bits) if bits.flag() else _UNSPECIFIED


def _profile_tier_level(bits: Bits, layers: int) -> None:
    bits.read(96)
    present = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.read(2 * (8 - layers))
    for profile, level in present:
        bits.read(88 * profile + 8 * level)


def _scaling_lists(bits: Bits) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not bits.flag():  # scaling_list_pred_mode_flag
                bits.golomb()
            else:
                _skip(bits, min(64, 1 << (4 + 2 * size)) + (size > 1))


def _reference_sets(bits: Bits) -> None:
    """Skips each st_ref_pic_set (7.3.7)."""
    pictures = 0  # of the previous set
    for number in range(min(bits.golomb(), _MOST_SETS)):
        if number and bits.flag():  # inter_ref_pic_set_prediction_flag
            bits.flag()
            bits.golomb()
            pictures = sum(bits.flag() or bits.flag() for _ in range(pictures + 1))
        else:
            pictures = bits.golomb() + bits.golomb()
            if pictures > 2 * _MOST_SETS:
                raise ValueError
            for _ in range(pictures):
                bits.golomb()
                bits.flag()


def _of_vui(bits: Bits) -> tuple[int, int]:
    if bits.flag() and bits.read(8) == 255:  # aspect_ratio_idc: in numbers
        bits.read(32)
    if bits.flag():  # overscan_info_present_flag
        bits.flag()
    if bits.flag():  # video_signal_type_present_flag
        bits.read(4)
        if bits.flag():  # colour_description_present_flag
            return bits.read(8), bits.read(8)
    return _UNSPECIFIED


def _skip(bits: Bits, count: int) -> None:
    for _ in range(count):
        bits.golomb()
