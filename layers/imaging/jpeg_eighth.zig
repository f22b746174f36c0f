//! Decodes a sequential JPEG (ITU-T T.81) to an eighth of its width and height, sample by sample as libjpeg-turbo does,
//! in 60 % of its time: docs/decisions/imaging-jpeg-eighth.md.
//!
//! At an eighth, one sample remains of each block of 8 x 8, and it depends on the first coefficient alone. The others
//! have to be skipped, which takes nearly all the time, because only decoding a Huffman code tells where the next one
//! begins. Here, one look into a table skips all codes that the next 13 bits contain.
//!
//! It is a pure function without libc, memory of its own or system calls. Whatever is not exactly as the standard says
//! is refused, and libjpeg-turbo decides about it. Zig checks every index, conversion and overflow at run time
//! (ReleaseSafe); a failed check ends the process.

const std = @import("std");
pub const panic = std.debug.no_panic;

const Refused = error{Refused};

/// What the caller knows of the picture from its headers. Without padding between fields, as Python's struct packs it.
const Picture = extern struct {
    width: u16, // of the original, in pixels
    height: u16,
    interval: u16, // MCUs between two restart markers, or 0
    components: u8, // 1 (gray) or 3 (YCbCr)
    across: u8, // blocks of the first component in an MCU, 1 or 2; the others have one
    down: u8,
    reserved: u8,
    each: [3]Component,
};

/// dc, ac: tables of codes: how many there are of each length, then the symbols, as in a DHT segment.
const Component = extern struct {
    quantization: [64]u8, // row by row
    dc: [16 + 256]u8,
    ac: [16 + 256]u8,
};

/// The entropy-coded data, from its first bit.
const Bits = struct {
    data: []const u8,
    at: usize = 0, // of the first byte that is not in the buffer
    buffer: u64 = 0, // the next bits, the first one highest
    count: u6 = 0, // of these bits that are valid
    invented: u32 = 0, // zeros that were added to them after the data's end

    /// Afterwards, 56 bits are valid, at least.
    inline fn fill(self: *Bits) void {
        if (self.at + 8 <= self.data.len) {
            const next = std.mem.readInt(u64, self.data[self.at..][0..8], .big);
            if (!hasMarkerByte(next)) {
                // Bits beyond the count are read again next time, and are the same then.
                self.buffer |= next >> self.count;
                self.at += (63 - self.count) >> 3;
                self.count |= 56;
                return;
            }
        }
        self.fillByByte();
    }

    fn fillByByte(self: *Bits) void {
        while (self.count < 56) : (self.count += 8) {
            const byte = self.nextByte() orelse {
                self.invented += 8;
                continue;
            };
            self.buffer |= @as(u64, byte) << (56 - self.count);
        }
    }

    /// null at a marker and at the end of the data.
    fn nextByte(self: *Bits) ?u8 {
        if (self.at >= self.data.len) return null;
        const byte = self.data[self.at];
        if (byte == 0xFF) {
            if (self.at + 1 >= self.data.len or self.data[self.at + 1] != 0) return null;
            self.at += 1; // the zero that is stuffed behind it
        }
        self.at += 1;
        return byte;
    }

    inline fn drop(self: *Bits, count: u6) void {
        self.buffer <<= count;
        self.count -= count;
    }

    /// Whether bits were used that are not in the data.
    inline fn exceeded(self: *const Bits) bool {
        return self.invented > self.count;
    }

    /// Whether all data was used up to this place, apart from the bits that fill the last byte.
    fn endsAt(self: *const Bits, place: usize) bool {
        return self.at == place and !self.exceeded() and self.count - self.invented < 8;
    }

    /// A value of so many bits, from 1 to 15 (F.2.2.1, EXTEND).
    inline fn value(self: *Bits, count: u6) i32 {
        const bits: i32 = @intCast(self.buffer >> @intCast(64 - @as(u7, count)));
        self.drop(count);
        const half = @as(i32, 1) << @intCast(count - 1);
        return if (bits < half) bits - 2 * half + 1 else bits;
    }
};

fn hasMarkerByte(bytes: u64) bool {
    const ones = 0x0101010101010101;
    return (~bytes -% ones) & bytes & (0x80 * ones) != 0;
}

/// A table of codes (annex C), of which those of up to 10 bits are found by one look.
const Codes = struct {
    const short_bits = 10;

    short: [1 << short_bits]u16, // length and symbol, by the next bits; 0 if the code is longer
    limits: [17]u32, // by length, what the next 16 bits are below if the code is not longer
    first: [17]i32, // by length, the index of the first symbol, less its code
    symbols: [256]u8,

    fn init(self: *Codes, table: *const [16 + 256]u8) Refused!void {
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
    inline fn next(self: *const Codes, bits: *Bits) Refused!u8 {
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
const Skips = struct {
    const width = 13;
    const Skip = packed struct(u16) { bits: u4, coefficients: u8, ends: bool, _: u3 = 0 };

    by_bits: [1 << width]Skip,

    fn init(self: *Skips, codes: *const Codes) void {
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

const Tables = struct { dc: Codes, ac: Codes, skips: Skips };

/// Skips the 63 further coefficients of a block.
inline fn skipCoefficients(bits: *Bits, tables: *const Tables) Refused!void {
    var index: u32 = 1;
    while (index < 64) {
        if (bits.count < 32) bits.fill();
        const skip = tables.skips.by_bits[@as(u13, @truncate(bits.buffer >> (64 - Skips.width)))];
        // Codes behind the last coefficient belong to the next block, so they must not be skipped together with it.
        if (skip.bits != 0 and index + skip.coefficients < 64) {
            bits.drop(skip.bits);
            index += skip.coefficients;
            if (skip.ends) return;
            continue;
        }
        const symbol = try tables.ac.next(bits);
        const run, const size = .{ symbol >> 4, @as(u6, @intCast(symbol & 15)) };
        if (size == 0 and run != 15) return;
        bits.drop(size);
        index += run + 1;
    }
    if (index > 64) return error.Refused;
}

/// By the place in zigzag order (figure A.6), the place in a block.
const natural = [64]u8{
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

/// Reads the 63 further coefficients into a block, with their quantization; false if there are none.
fn readCoefficients(bits: *Bits, tables: *const Tables, quantization: *const [64]u8, block: *[64]i32) Refused!bool {
    var index: u32 = 1;
    var any = false;
    while (index < 64) : (index += 1) {
        if (bits.count < 32) bits.fill();
        const symbol = try tables.ac.next(bits);
        const run, const size = .{ symbol >> 4, @as(u6, @intCast(symbol & 15)) };
        index += run;
        if (size == 0) {
            if (run != 15) return any;
            continue;
        }
        if (index > 63) return error.Refused;
        const place = natural[index];
        const coefficient = bits.value(size) * quantization[place];
        if (outOfRange(coefficient)) return error.Refused;
        if (!any) @memset(block[1..], 0);
        any = true;
        block[place] = coefficient;
    }
    if (index > 64) return error.Refused;
    return any;
}

/// Samples of 8 bits have coefficients of at most 11 bits (A.3.3), and larger ones might overflow here, as in SIMD code.
inline fn outOfRange(coefficient: i32) bool {
    return coefficient > 1 << 11 or coefficient < -(1 << 11);
}

/// Samples are stored without a sign (A.3.1).
inline fn sample(value: i32) u8 {
    return @intCast(std.math.clamp(value + 128, 0, 255));
}

/// value / 2^shift, rounded.
inline fn descaled(value: i32, comptime shift: u5) i32 {
    return (value + (1 << (shift - 1))) >> shift;
}

/// The odd part of a transform to 2 samples: jidctred.c of libjpeg, where 13 bits are the constants' fractions.
inline fn odd(at1: i32, at3: i32, at5: i32, at7: i32) i32 {
    return at1 * 29692 - at3 * 10426 + at5 * 6967 - at7 * 5906;
}

/// The block as 2 x 2 samples, row by row.
fn transformedToFour(block: *const [64]i32) [4]u8 {
    var sums: [8]i32 = undefined; // of the columns; 2 and 4 and 6 do not count
    var differences: [8]i32 = undefined;
    for ([_]usize{ 0, 1, 3, 5, 7 }) |column| {
        const even = block[column] << 15;
        const rest = odd(block[8 + column], block[24 + column], block[40 + column], block[56 + column]);
        sums[column] = descaled(even + rest, 13);
        differences[column] = descaled(even - rest, 13);
    }
    var four: [4]u8 = undefined;
    for ([_]*const [8]i32{ &sums, &differences }, 0..) |row, index| {
        const even = row[0] << 15;
        const rest = odd(row[1], row[3], row[5], row[7]);
        four[2 * index] = sample(descaled(even + rest, 20));
        four[2 * index + 1] = sample(descaled(even - rest, 20));
    }
    return four;
}

const widest = 65535 / 8 + 16; // samples of a row, with those that fill its last MCU
const Plane = [2][widest]u8; // the samples of one row of MCUs

const Decoder = struct {
    picture: *const Picture,
    bits: Bits,
    tables: [3]Tables,
    planes: [3]Plane,
    before: [3]i32, // the first coefficient of the block before, by component

    fn init(self: *Decoder, picture: *const Picture, data: []const u8) Refused!void {
        self.picture = picture;
        self.bits = .{ .data = data };
        self.before = @splat(0);
        for (self.tables[0..picture.components], picture.each[0..picture.components]) |*tables, *component| {
            if (std.mem.indexOfScalar(u8, &component.quantization, 0) != null) return error.Refused;
            try tables.dc.init(&component.dc);
            try tables.ac.init(&component.ac);
            tables.skips.init(&tables.ac);
        }
    }

    fn run(self: *Decoder, pixels: []u8) Refused!void {
        const picture = self.picture;
        const columns = divided(picture.width, 8 * @as(u32, picture.across));
        const rows = divided(picture.height, 8 * @as(u32, picture.down));
        const width = divided(picture.width, 8);
        const height = divided(picture.height, 8);
        if (pixels.len != width * height * picture.components) return error.Refused;
        var until_restart: u32 = picture.interval;
        var restarts: u8 = 0;
        for (0..rows) |row| {
            for (0..columns) |column| {
                if (picture.interval != 0) {
                    if (until_restart == 0) {
                        try self.restart(restarts);
                        restarts +%= 1;
                        until_restart = picture.interval;
                    }
                    until_restart -= 1;
                }
                try self.readMcu(column);
                if (self.bits.exceeded()) return error.Refused;
            }
            for (0..picture.down) |line| {
                const below = row * picture.down + line;
                if (below < height) self.write(line, pixels[below * width * picture.components ..][0 .. width * picture.components]);
            }
        }
        if (!self.bits.endsAt(self.bits.data.len)) return error.Refused;
    }

    fn restart(self: *Decoder, number: u8) Refused!void {
        const bits = &self.bits;
        const data = bits.data;
        if (!bits.endsAt(bits.at) or bits.at + 2 > data.len) return error.Refused;
        if (data[bits.at] != 0xFF or data[bits.at + 1] != 0xD0 | (number & 7)) return error.Refused;
        bits.* = .{ .data = data, .at = bits.at + 2 };
        self.before = @splat(0);
    }

    /// Reads a minimum coded unit into the planes.
    inline fn readMcu(self: *Decoder, column: usize) Refused!void {
        const picture = self.picture;
        for (0..picture.down) |line| {
            for (0..picture.across) |block| {
                self.planes[0][line][column * picture.across + block] = sample(descaled(try self.readFirst(0), 3));
                try skipCoefficients(&self.bits, &self.tables[0]);
            }
        }
        if (picture.components == 1) return;
        for (1..3) |component| {
            const first = try self.readFirst(component);
            const plane = &self.planes[component];
            // Where colour has half of both resolutions, libjpeg-turbo decodes it to a quarter instead of enlarging it.
            if (picture.across == 2 and picture.down == 2) {
                var block: [64]i32 = undefined;
                block[0] = first;
                const quantization = &picture.each[component].quantization;
                const any = try readCoefficients(&self.bits, &self.tables[component], quantization, &block);
                const four = if (any) transformedToFour(&block) else @as([4]u8, @splat(sample(descaled(first, 3))));
                plane[0][2 * column ..][0..2].* = four[0..2].*;
                plane[1][2 * column ..][0..2].* = four[2..4].*;
            } else {
                try skipCoefficients(&self.bits, &self.tables[component]);
                for (0..picture.down) |line| {
                    @memset(plane[line][column * picture.across ..][0..picture.across], sample(descaled(first, 3)));
                }
            }
        }
    }

    /// The first coefficient of a block, with its quantization.
    inline fn readFirst(self: *Decoder, component: usize) Refused!i32 {
        self.bits.fill();
        const size = try self.tables[component].dc.next(&self.bits);
        if (size > 11) return error.Refused;
        if (size > 0) self.before[component] += self.bits.value(@intCast(size));
        const first = self.before[component] * self.picture.each[component].quantization[0];
        if (outOfRange(first)) return error.Refused;
        return first;
    }

    /// Writes a line of the planes as pixels: gray, or red, green and blue by JFIF's equations, calculated as
    /// jdcolor.c of libjpeg does, in 16 bits of fraction.
    fn write(self: *const Decoder, line: usize, pixels: []u8) void {
        const luma = &self.planes[0][line];
        if (self.picture.components == 1) return @memcpy(pixels, luma[0..pixels.len]);
        const width = pixels.len / 3;
        const blues = self.planes[1][line][0..width];
        const reds = self.planes[2][line][0..width];
        for (luma[0..width], blues, reds, 0..) |light, blue, red, x| {
            const y: i32 = light;
            const cb = @as(i32, blue) - 128;
            const cr = @as(i32, red) - 128;
            const pixel = [3]u8{
                clamped(y + descaled(91881 * cr, 16)),
                clamped(y + descaled(-22554 * cb - 46802 * cr, 16)),
                clamped(y + descaled(116130 * cb, 16)),
            };
            pixels[3 * x ..][0..3].* = pixel;
        }
    }
};

inline fn clamped(value: i32) u8 {
    return @intCast(std.math.clamp(value, 0, 255));
}

/// a / b, rounded up.
fn divided(a: u32, b: u32) u32 {
    return (a + b - 1) / b;
}

fn decode(pixels: []u8, data: []const u8, picture: *const Picture) Refused!void {
    if (picture.width == 0 or picture.height == 0) return error.Refused;
    const gray = picture.components == 1 and picture.across == 1 and picture.down == 1;
    const coloured = picture.components == 3 and picture.across -% 1 < 2 and picture.down -% 1 < 2;
    if (!gray and !coloured) return error.Refused;
    var decoder: Decoder = undefined;
    try decoder.init(picture, data);
    try decoder.run(pixels);
}

// The module for Python, by its stable ABI of version 3.11 (PEP 384), of which these are all the parts that are used.

const Object = extern struct { references: isize, type: ?*anyopaque };
const Buffer = extern struct {
    address: ?[*]u8,
    object: ?*Object,
    length: isize,
    item_size: isize,
    read_only: c_int,
    dimensions: c_int,
    format: ?[*:0]u8,
    shape: ?*isize,
    strides: ?*isize,
    sub_offsets: ?*isize,
    internal: ?*anyopaque,

    fn bytes(self: *const Buffer) []u8 {
        return if (self.address) |address| address[0..@intCast(self.length)] else &.{};
    }
};
const Method = extern struct {
    name: ?[*:0]const u8 = null,
    function: ?*const fn (?*Object, ?*Object) callconv(.c) ?*Object = null,
    flags: c_int = 0,
    documentation: ?[*:0]const u8 = null,
};
const Module = extern struct {
    base: extern struct { object: Object, init: ?*anyopaque = null, index: isize = 0, copy: ?*Object = null },
    name: [*:0]const u8,
    documentation: [*:0]const u8,
    size: isize,
    methods: [*]Method,
    unused: [4]?*anyopaque = @splat(null),
};

extern fn PyModule_Create2(module: *Module, version: c_int) ?*Object;
extern fn PyArg_ParseTuple(arguments: ?*Object, format: [*:0]const u8, ...) c_int;
extern fn PyBuffer_Release(buffer: *Buffer) void;
extern fn PyBool_FromLong(value: c_long) ?*Object;
const stable_abi = 3;
const with_tuple = 1; // METH_VARARGS

fn call(_: ?*Object, arguments: ?*Object) callconv(.c) ?*Object {
    var pixels: Buffer = undefined;
    var data: Buffer = undefined;
    var picture: Buffer = undefined;
    if (PyArg_ParseTuple(arguments, "w*y*y*", &pixels, &data, &picture) == 0) return null;
    defer for ([_]*Buffer{ &pixels, &data, &picture }) |buffer| PyBuffer_Release(buffer);
    const header = picture.bytes();
    var decoded = false;
    if (header.len == @sizeOf(Picture)) {
        const copy: Picture = std.mem.bytesToValue(Picture, header[0..@sizeOf(Picture)]);
        decoded = if (decode(pixels.bytes(), data.bytes(), &copy)) true else |_| false;
    }
    return PyBool_FromLong(@intFromBool(decoded));
}

var methods = [_]Method{
    .{
        .name = "decode",
        .function = call,
        .flags = with_tuple,
        .documentation = "decode(pixels, data, picture): fills pixels from data; False if it refuses.",
    },
    .{},
};
var module = Module{
    .base = .{ .object = .{ .references = 1, .type = null } },
    .name = "_jpeg_eighth",
    .documentation = "Decodes a sequential JPEG to an eighth of its width and height.",
    .size = -1,
    .methods = &methods,
};

export fn PyInit__jpeg_eighth() ?*Object {
    return PyModule_Create2(&module, stable_abi);
}
