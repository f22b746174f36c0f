//! Decodes strips of a TIFF that are compressed with LZW to the bytes that libtiff makes of them, in less than half of its
//! time: docs/decisions/imaging-tiff-lzw.md.
//!
//! It is a pure function without libc, memory of its own or system calls. It refuses whatever libtiff would reject, and what
//! hardly any encoder writes; libtiff decides about both. Zig checks every index and conversion at run time (ReleaseSafe); a
//! failed check ends the process.

const std = @import("std");
const lzw = @import("tiff/lzw.zig");
const python = @import("python/stable_abi.zig");
const Refused = lzw.Refused;
pub const panic = std.debug.no_panic;

/// Bytes of a strip. Of a longer one, libtiff reads at most ten times as many as it decodes to, and 4096 (TIFFFillStrip).
const most = 1 << 20;

/// Adds to each sample the one before it in its row (TIFF 6.0, section 14).
fn accumulate(row: []u8, samples: u32) void {
    if (samples == 1) {
        var sum: u8 = 0;
        for (row) |*byte| {
            sum +%= byte.*;
            byte.* = sum;
        }
        return;
    }
    const Pixel = @Vector(4, u8); // and a byte of the next one, which is read before it is overwritten
    var sum: Pixel = @splat(0);
    var at: usize = 0;
    if (row.len >= 4) {
        var pixel: Pixel = row[0..4].*;
        while (at + 7 <= row.len) : (at += 3) {
            const next: Pixel = row[at + 3 ..][0..4].*;
            sum +%= pixel;
            row[at..][0..4].* = sum;
            pixel = next;
        }
        row[at] = pixel[0];
    }
    while (at < row.len) : (at += 3) {
        inline for (0..3) |sample| {
            sum[sample] +%= row[at + sample];
            row[at + sample] = sum[sample];
        }
    }
}

/// This and Place have no padding between fields, as Python's struct packs them.
const Shape = extern struct {
    row: u64, // bytes
    length: u32, // rows of a strip; the last one may have fewer
    differences: u32, // if samples are stored as differences (predictor 2): those of a pixel, 1 or 3; or else 0
};

const Place = extern struct {
    offset: u64, // in the file
    size: u64,
};

/// layout: a Shape, then the Place of each strip.
fn decoded(pixels: []u8, file: []const u8, layout: []const u8) Refused!void {
    const header = @sizeOf(Shape);
    if (layout.len < header or layout.len % @sizeOf(Place) != 0) return error.Refused;
    const shape = std.mem.bytesToValue(Shape, layout[0..header]);
    const places = std.mem.bytesAsSlice(Place, layout[header..]);
    if (shape.differences != 0 and shape.differences != 1 and shape.differences != 3) return error.Refused;
    if (shape.row == 0 or shape.length == 0 or pixels.len % shape.row != 0) return error.Refused;
    if (shape.differences == 3 and shape.row % 3 != 0 or pixels.len > std.math.maxInt(u32)) return error.Refused;
    const rows = pixels.len / shape.row;
    if (places.len != (rows + shape.length - 1) / shape.length) return error.Refused;
    var table: lzw.Table = undefined;
    table.begin();
    for (places, 0..) |place, index| {
        const first = index * shape.length;
        const strip = pixels[first * shape.row .. @min(rows, first + shape.length) * shape.row];
        if (place.offset > file.len or place.size > file.len - place.offset) return error.Refused;
        if (place.size > most and place.size / 10 > strip.len) return error.Refused;
        try lzw.decode(&table, file[place.offset..][0..place.size], strip);
        if (shape.differences == 0) continue;
        var at: usize = 0;
        while (at < strip.len) : (at += shape.row) accumulate(strip[at..][0..shape.row], shape.differences);
    }
}

const module = python.Module(
    .{ .name = "_tiff_lzw", .documentation = "Decodes strips of a TIFF that are compressed with LZW." },
    .{ .name = "decode", .documentation = "decode(pixels, file, layout): fills pixels with strips of file; False if it refuses." },
    decoded,
);

export fn PyInit__tiff_lzw() ?*python.Object {
    return module.create();
}
