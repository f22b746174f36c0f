//! The inverse transform to fewer samples than a block has coefficients, as jidctred.c of libjpeg calculates it.

const std = @import("std");
const Line = @import("lines.zig").Line;
const Refused = @import("bits.zig").Refused;

/// Samples are stored without a sign (A.3.1).
const middle = 128;

/// A block of one sample, which only the first coefficient determines.
pub inline fn sample(first: i32) u8 {
    return @intCast(std.math.clamp(((first + 4) >> 3) + middle, 0, 255));
}

/// Blocks that are transformed together, one in each lane of a vector.
pub const lanes = 8;
const Column = @Vector(lanes, i32);

/// values / 2^shift, rounded.
inline fn descaled(values: Column, comptime shift: u5) Column {
    return (values +% @as(Column, @splat(1 << (shift - 1)))) >> @splat(shift);
}

/// values: of 16 bits, for which SIMD code has a multiplication.
inline fn product(values: Column, comptime factor: i16) Column {
    return @as(Column, @as(@Vector(lanes, i16), @truncate(values))) *% @as(Column, @splat(factor));
}

/// First columns are transformed, then rows. To transform a column is to add up its coefficients times constants, which
/// is done in the order of the file: for each column, half as many sums of its even rows as samples are kept, and as many
/// of its odd rows.
pub const Sums = [32][lanes]i32;

/// What a coefficient adds to which sum of its column, and to which other one; by its place in zigzag order.
pub const Weights = struct {
    const Weight = extern struct { quantization: i32, factor: i32, also: i32, at: u16, also_at: u16 };

    each: [64]Weight,

    /// Nothing overflows, because coefficients are in range.
    pub inline fn add(self: *const Weights, comptime kept: u32, sums: *Sums, lane: u3, index: u32, value: i32) void {
        const weight = &self.each[index];
        sums[weight.at][lane] +%= value *% weight.factor;
        if (kept == 4) sums[weight.also_at][lane] +%= value *% weight.also;
    }

    /// kept: samples of a block across and down, 2 or 4.
    pub fn init(self: *Weights, kept: u32, quantization: *const [64]u8) void {
        for (&self.each, natural) |*weight, place| {
            const row, const column = .{ place / 8, place % 8 };
            const step: i32 = quantization[place];
            weight.* = .{ .quantization = step, .factor = 0, .also = 0, .at = column, .also_at = column };
            if (kept == 2) {
                weight.factor = step * two[row];
                weight.at += if (row == 0) 0 else 8;
            } else {
                const factors = four[row];
                weight.factor = step * factors[0];
                weight.also = step * factors[1];
                weight.at += if (row % 2 == 0) 0 else 16;
                weight.also_at += if (row % 2 == 0) 8 else 24;
            }
        }
    }
};

/// What the first coefficient is multiplied by.
pub inline fn firstFactor(comptime kept: u32) i32 {
    return if (kept == 2) two[0] else four[0][0];
}

/// The constants of jidctred.c, with 13 bits of fraction, by the coefficient's place in its row or column; 0 for those
/// that do not count.
const two = [8]i32{ 1 << 15, 29692, 0, -10426, 0, 6967, 0, -5906 };
/// The same for 4 samples, for two sums of even and two of odd places.
const four = [8][2]i32{
    .{ 1 << 14, 0 }, .{ 8697, 20995 },  .{ 0, 15137 }, .{ -17799, 7373 },
    .{ 0, 0 },       .{ 11893, -4926 }, .{ 0, -6270 }, .{ -1730, -4176 },
};

/// Transforms to 2 x 2 samples, and writes them to lines, from x on.
pub fn toTwo(sums: *const Sums, lines: *[2]Line, x: usize) void {
    var rows: [2][8]Column = undefined;
    inline for (.{ 0, 1, 3, 5, 7 }) |column| {
        const even: Column = sums[column];
        const odd: Column = sums[8 + column];
        rows[0][column] = descaled(even +% odd, 13);
        rows[1][column] = descaled(even -% odd, 13);
    }
    for (&rows, lines) |*row, *line| {
        const even = row[0] << @splat(15);
        var odd = product(row[1], two[1]);
        inline for (.{ 3, 5, 7 }) |column| odd +%= product(row[column], two[column]);
        const samples = .{ samplesOf(descaled(even +% odd, 20)), samplesOf(descaled(even -% odd, 20)) };
        line[x..][0 .. 2 * lanes].* = std.simd.interlace(samples);
    }
}

/// The same for 4 x 4. Refuses sums that no encoder makes.
pub fn toFour(sums: *const Sums, lines: *[4]Line, x: usize) Refused!void {
    var rows: [4][8]Column = undefined;
    var high: @Vector(lanes, u32) = @splat(0);
    inline for (.{ 0, 1, 2, 3, 5, 6, 7 }) |column| {
        const outer = @as(Column, sums[column]) +% @as(Column, sums[8 + column]);
        const inner = @as(Column, sums[column]) -% @as(Column, sums[8 + column]);
        const near: Column = sums[16 + column];
        const far: Column = sums[24 + column];
        const made = .{ outer +% far, inner +% near, inner -% near, outer -% far };
        inline for (&rows, made) |*row, values| {
            row[column] = descaled(values, 12);
            high |= @bitCast(row[column] +% @as(Column, @splat(1 << 14)));
        }
    }
    // Larger ones do not fit into 16 bits, which libjpeg-turbo's SIMD code has for them.
    if (@reduce(.Or, high) >> 15 != 0) return error.Refused;
    for (&rows, lines) |*row, *line| {
        const even = row[0] << @splat(14);
        const rest = product(row[2], four[2][1]) +% product(row[6], four[6][1]);
        var near = product(row[1], four[1][0]);
        var far = product(row[1], four[1][1]);
        inline for (.{ 3, 5, 7 }) |column| {
            near +%= product(row[column], four[column][0]);
            far +%= product(row[column], four[column][1]);
        }
        const samples = .{
            samplesOf(descaled(even +% rest +% far, 19)),
            samplesOf(descaled(even -% rest +% near, 19)),
            samplesOf(descaled(even -% rest -% near, 19)),
            samplesOf(descaled(even +% rest -% far, 19)),
        };
        line[x..][0 .. 4 * lanes].* = std.simd.interlace(samples);
    }
}

inline fn samplesOf(values: Column) @Vector(lanes, u8) {
    const shifted = values +% @as(Column, @splat(middle));
    return @intCast(std.math.clamp(shifted, @as(Column, @splat(0)), @as(Column, @splat(255))));
}

/// By the place in zigzag order (figure A.6), the place in a block.
const natural = [64]u8{
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};
