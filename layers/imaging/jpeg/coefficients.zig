//! The 63 further coefficients of a block, which follow its first one.

const std = @import("std");
const codes = @import("codes.zig");
const transform = @import("transform.zig");
const Bits = @import("bits.zig").Bits;
const Refused = @import("bits.zig").Refused;

/// How a component's coefficients are coded.
pub const Tables = struct {
    dc: codes.Codes,
    ac: codes.Codes,
    skips: codes.Skips, // if one sample of a block is kept
    pairs: codes.Pairs, // if more are

    /// kept: samples of a block across and down.
    pub fn init(
        self: *Tables,
        dc: *const [16 + 256]u8,
        ac: *const [16 + 256]u8,
        quantization: *const [64]u8,
        kept: u32,
    ) Refused!void {
        try self.dc.init(dc);
        try self.ac.init(ac);
        if (kept == 1) return self.skips.init(&self.ac);
        const coarsest = std.math.log2_int_ceil(u32, std.mem.max(u8, quantization));
        self.pairs.init(&self.ac, range_bits - coarsest);
    }
};

/// Skips the 63 further coefficients of a block.
pub inline fn skip(bits: *Bits, tables: *const Tables) Refused!void {
    var index: u32 = 1;
    next: while (index < 64) {
        bits.fill();
        inline for (0..56 / codes.Skips.width) |_| {
            const skipped = tables.skips.by_bits[@as(u13, @truncate(bits.buffer >> (64 - codes.Skips.width)))];
            // Codes behind the last coefficient belong to the next block, so they must not be skipped together with it.
            if (skipped.bits == 0 or index + skipped.coefficients > 63) break;
            bits.drop(skipped.bits);
            index += skipped.coefficients;
            if (skipped.ends) return;
        } else continue :next;
        if (bits.count < 32) bits.fill();
        const symbol = try tables.ac.next(bits);
        const run, const size = .{ symbol >> 4, @as(u6, @intCast(symbol & 15)) };
        if (size == 0 and run != 15) return;
        bits.drop(size);
        index += run + 1;
    }
    if (index > 64) return error.Refused;
}

/// Adds the 63 further coefficients of a block to its sums.
/// kept: samples of a block across and down.
pub inline fn add(
    comptime kept: u32,
    bits: *Bits,
    tables: *const Tables,
    weights: *const transform.Weights,
    sums: *transform.Sums,
    lane: u3,
) Refused!void {
    var index: u32 = 1;
    next: while (index < 64) {
        bits.fill();
        inline for (0..56 / codes.Pairs.width) |_| {
            const pair = tables.pairs.by_bits[@as(u12, @truncate(bits.buffer >> (64 - codes.Pairs.width)))];
            if (pair.bits == 0 or index + pair.coefficients > 63) break;
            bits.drop(pair.bits);
            weights.add(kept, sums, lane, index + pair.at, pair.value);
            weights.add(kept, sums, lane, index + pair.also_at, pair.also);
            index += pair.coefficients;
            if (pair.ends) return;
        } else continue :next;
        if (bits.count < 32) bits.fill();
        const symbol = try tables.ac.next(bits);
        const run, const size = .{ symbol >> 4, @as(u6, @intCast(symbol & 15)) };
        if (size == 0 and run != 15) return;
        index += run;
        if (size > 0) {
            if (index > 63) return error.Refused;
            const value = bits.value(size);
            if (outOfRange(value * weights.each[index].quantization)) return error.Refused;
            weights.add(kept, sums, lane, index, value);
        }
        index += 1;
    }
    if (index > 64) return error.Refused;
}

/// Samples of 8 bits give coefficients of at most 11 bits and a sign (A.3.3). Larger ones might overflow in the
/// transform, as in libjpeg-turbo's.
const range_bits = 11;

pub inline fn outOfRange(coefficient: i32) bool {
    return coefficient > 1 << range_bits or coefficient < -(1 << range_bits);
}
