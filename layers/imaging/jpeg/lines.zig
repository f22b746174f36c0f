//! Lines of samples, and pixels made of them.

const std = @import("std");

const pixels_at_once = 16;
const widest = 65536 / 4 + pixels_at_once; // samples of a row, with those that fill its last 8 blocks
pub const Line = [widest]u8;

/// Doubles the width: h2v1_fancy_upsample of jdsample.c, which is a triangle filter, or if there are too few samples for
/// it h2v1_upsample.
pub fn widen(narrow: []const u8, wide: *Line) void {
    const last = narrow.len - 1;
    if (narrow.len < 3) {
        for (narrow, 0..) |value, x| wide[2 * x ..][0..2].* = @splat(value);
        return;
    }
    for (narrow[0..last], narrow[1..], 0..) |left, right, x| {
        const sums = [2]u32{ @as(u32, 3) * left + right + 2, @as(u32, 3) * right + left + 1 };
        wide[2 * x + 1 ..][0..2].* = .{ @intCast(sums[0] >> 2), @intCast(sums[1] >> 2) };
    }
    wide[0] = narrow[0];
    wide[2 * last + 1] = narrow[last];
}

/// Writes red, green and blue of each pixel.
pub fn writeColours(pixels: []u8, luma: *const Line, blues: *const Line, reds: *const Line) void {
    const width = pixels.len / 3;
    var x: usize = 0;
    while (x < width) : (x += pixels_at_once) {
        const made: [pixels_at_once]u32 = colours(
            luma[x..][0..pixels_at_once].*,
            blues[x..][0..pixels_at_once].*,
            reds[x..][0..pixels_at_once].*,
        );
        for (made[0..@min(pixels_at_once, width - x)], x..) |pixel, at| {
            // The fourth byte is overwritten by the next pixel.
            if (at + 1 < width) {
                std.mem.writeInt(u32, pixels[3 * at ..][0..4], pixel, .little);
            } else {
                std.mem.writeInt(u24, pixels[3 * at ..][0..3], @truncate(pixel), .little);
            }
        }
    }
}

const Samples = @Vector(pixels_at_once, u8);
const Pixels = @Vector(pixels_at_once, u32);
const Wide = @Vector(pixels_at_once, i32);
const Narrow = @Vector(pixels_at_once, i16);

/// Red, green and blue, from the lowest byte, by JFIF's equations, calculated as jdcolor.c of libjpeg does, in 16 bits of
/// fraction. Whole parts of its constants are added separately, so that the rest has 16 bits.
inline fn colours(luma: Samples, blues: Samples, reds: Samples) Pixels {
    const middle: Narrow = @splat(128);
    const y: Narrow = luma;
    const cb = @as(Narrow, blues) - middle;
    const cr = @as(Narrow, reds) - middle;
    const red = clampedAll(y + cr + fraction(product(cr, 91881 - 65536)));
    const green = clampedAll(y - cr + fraction(product(cb, -22554) + product(cr, 65536 - 46802)));
    const blue = clampedAll(y + cb + cb + fraction(product(cb, 116130 - 131072)));
    return red | green << @splat(8) | blue << @splat(16);
}

inline fn product(values: Narrow, factor: i16) Wide {
    return @as(Wide, values) *% @as(Wide, @splat(factor));
}

inline fn fraction(values: Wide) Narrow {
    return @truncate((values +% @as(Wide, @splat(1 << 15))) >> @splat(16));
}

inline fn clampedAll(values: Narrow) Pixels {
    const zero: Narrow = @splat(0);
    const most: Narrow = @splat(255);
    return @as(Samples, @intCast(@min(@max(values, zero), most)));
}
