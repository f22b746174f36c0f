//! Huffman codes, and tables that find several by one look.

const std = @import("std");
const extended = @import("bits.zig").extended;
const Bits = @import("bits.zig").Bits;
const Refused = @import("bits.zig").Refused;

/// A table of codes (annex C), of which those of up to 10 bits are found by one look.
pub const Codes = struct {
    const short_bits = 10;

    short: [1 << short_bits]u16, // length and symbol, by the next bits; 0 if the code is longer
    limits: [17]u32, // by length, what the next 16 bits are below if the code is not longer
    first: [17]i32, // by length, the index of the first symbol, less its code
    symbols: [256]u8,

    pub fn init(self: *Codes, table: *const [16 + 256]u8) Refused!void {
        self.short = @splat(0);
        self.symbols = table[16..].*;
        var code: u32 = 0;
        var index: u32 = 0;
        for (table[0..16], 1..) |count, length| {
            self.first[length] = @as(i32, @intCast(index)) - @as(i32, @intCast(code));
            if (index + count > 256) return error.Refused;
            for (self.symbols[index..][0..count]) |symbol| {
                if (length <= short_bits) {
                    const times = @as(u32, 1) << @intCast(short_bits - length);
                    const start = code * times;
                    if (start + times > self.short.len) return error.Refused;
                    @memset(self.short[start..][0..times], @intCast(length << 8 | symbol));
                }
                code += 1;
            }
            index += count;
            // All ones are no code.
            if (count > 0 and code >= @as(u32, 1) << @intCast(length)) return error.Refused;
            self.limits[length] = code << @intCast(16 - length);
            code <<= 1;
        }
    }

    /// The next symbol of at most 16 bits, which are valid.
    pub inline fn next(self: *const Codes, bits: *Bits) Refused!u8 {
        const entry = self.short[@as(u10, @truncate(bits.buffer >> (64 - short_bits)))];
        if (entry == 0) return self.long(bits);
        bits.drop(@intCast(entry >> 8));
        return @truncate(entry);
    }

    fn long(self: *const Codes, bits: *Bits) Refused!u8 {
        const ahead: u32 = @intCast(bits.buffer >> 48);
        for (self.limits[short_bits + 1 ..], short_bits + 1..) |limit, length| {
            if (ahead < limit) {
                const code: i32 = @intCast(ahead >> @intCast(16 - length));
                bits.drop(@intCast(length));
                return self.symbols[@intCast(code + self.first[length])];
            }
        }
        return error.Refused;
    }
};

/// By the next 13 bits, how many of them belong to whole coefficients, and what these amount to.
pub const Skips = struct {
    pub const width = 13;
    const Skip = packed struct(u16) { bits: u4, coefficients: u8, ends: bool, _: u3 = 0 };

    by_bits: [1 << width]Skip,

    pub fn init(self: *Skips, codes: *const Codes) void {
        for (&self.by_bits, 0..) |*skip, ahead| {
            skip.* = .{ .bits = 0, .coefficients = 0, .ends = false };
            while (!skip.ends) {
                const rest: u32 = @intCast((ahead << skip.bits) & ((1 << width) - 1));
                const entry = codes.short[rest >> (width - Codes.short_bits)];
                const run, const size = .{ entry >> 4 & 15, entry & 15 };
                const used = skip.bits + (entry >> 8) + size;
                if (entry == 0 or used > width) break;
                skip.bits = @intCast(used);
                skip.ends = size == 0 and run != 15;
                if (!skip.ends) skip.coefficients += @intCast(run + 1);
            }
        }
    }
};

/// By the next 12 bits, how many of them belong to whole coefficients, what these amount to, and the values of up to two
/// that are not 0, with the number of coefficients before each. A value of 0 means nothing.
pub const Pairs = struct {
    pub const width = 12;
    const Pair = packed struct(u64) {
        bits: u4,
        ends: bool,
        _: u3 = 0,
        coefficients: u8,
        at: u8,
        value: i16,
        also_at: u8,
        also: i16,
    };

    by_bits: [1 << width]Pair,

    /// largest: bits of the largest values that it may have.
    pub fn init(self: *Pairs, codes: *const Codes, largest: u32) void {
        for (&self.by_bits, 0..) |*pair, ahead| {
            var bits: u32 = 0;
            var coefficients: u32 = 0;
            var ends = false;
            var found: u32 = 0;
            var at = [2]u32{ 0, 0 };
            var values = [2]i32{ 0, 0 };
            while (!ends) {
                const rest: u32 = @intCast((ahead << @intCast(bits)) & ((1 << width) - 1));
                const entry = codes.short[rest >> (width - Codes.short_bits)];
                const run: u32, const size: u32 = .{ entry >> 4 & 15, entry & 15 };
                const used = (entry >> 8) + size;
                if (entry == 0 or bits + used > width or size > largest) break;
                if (size > 0) {
                    if (found == 2) break;
                    const value = rest >> @intCast(width - used) & (@as(u32, 1) << @intCast(size)) - 1;
                    at[found] = coefficients + run;
                    values[found] = extended(@intCast(value), @intCast(size));
                    found += 1;
                }
                bits += used;
                ends = size == 0 and run != 15;
                if (!ends) coefficients += run + 1;
            }
            pair.* = .{
                .bits = @intCast(bits),
                .ends = ends,
                .coefficients = @intCast(coefficients),
                .at = @intCast(at[0]),
                .value = @intCast(values[0]),
                .also_at = @intCast(at[1]),
                .also = @intCast(values[1]),
            };
        }
    }
};
