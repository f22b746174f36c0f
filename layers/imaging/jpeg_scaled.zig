//! Decodes a sequential JPEG (ITU-T T.81) to a quarter or an eighth of its width and height, sample by sample as
//! libjpeg-turbo does, in 70 or 50 % of its time: docs/decisions/imaging-jpeg-scaled.md.
//!
//! Most of the time goes into Huffman codes, because only decoding one tells where the next one begins. Here, one look
//! into a table finds all codes that the next 12 or 13 bits contain. At an eighth, one sample remains of each block of
//! 8 x 8, which depends on the first coefficient alone, so the others are skipped. At a quarter, four samples remain,
//! and 8 blocks are transformed together.
//!
//! It is a pure function without libc, memory of its own or system calls. Whatever is not exactly as the standard says
//! is refused, and libjpeg-turbo decides about it. Zig checks every index and conversion at run time (ReleaseSafe); a
//! failed check ends the process.

const std = @import("std");
const coefficients = @import("jpeg/coefficients.zig");
const lines = @import("jpeg/lines.zig");
const python = @import("python/stable_abi.zig");
const transform = @import("jpeg/transform.zig");
const Bits = @import("jpeg/bits.zig").Bits;
const Refused = @import("jpeg/bits.zig").Refused;
pub const panic = std.debug.no_panic;

/// What the caller knows of the picture from its headers. Without padding between fields, as Python's struct packs it.
const Picture = extern struct {
    width: u16, // of the original, in pixels
    height: u16,
    interval: u16, // MCUs between two restart markers, or 0
    components: u8, // 1 (gray) or 3 (YCbCr)
    across: u8, // blocks of the first component in an MCU, 1 or 2; the others have one
    down: u8,
    side: u8, // samples that remain of each 8 of luma, 1 or 2
    each: [3]Component,

    /// The width or height that remains.
    fn scaled(self: *const Picture, length: u32) u32 {
        return divided(length * self.side, 8);
    }

    /// Where colour has half of both resolutions, libjpeg-turbo keeps twice as many samples of it, instead of enlarging it.
    fn keepsColour(self: *const Picture) bool {
        return self.across == 2 and self.down == 2;
    }
};

/// dc, ac: tables of codes: how many there are of each length, then the symbols, as in a DHT segment.
const Component = extern struct {
    quantization: [64]u8, // row by row
    dc: [16 + 256]u8,
    ac: [16 + 256]u8,
};

/// side: as in Picture.
fn Decoder(comptime side: u32) type {
    return struct {
        const Self = @This();

        picture: *const Picture,
        bits: Bits,
        tables: [3]coefficients.Tables,
        weights: [3]transform.Weights,
        before: [3]i32, // the first coefficient of the block before, by component
        sums: [3][2]transform.Sums, // of the blocks that are not yet transformed, by the line of blocks in an MCU
        planes: [3][4]lines.Line, // the samples of one row of MCUs
        wide: [2]lines.Line, // of colour that had half of the width

        fn init(self: *Self, picture: *const Picture, data: []const u8) Refused!void {
            self.picture = picture;
            self.bits = .{ .data = data };
            self.before = @splat(0);
            self.sums = @splat(@splat(@splat(@splat(0))));
            for (0..picture.components) |index| {
                const component = &picture.each[index];
                if (std.mem.indexOfScalar(u8, &component.quantization, 0) != null) return error.Refused;
                const kept = if (index > 0 and picture.keepsColour()) 2 * side else side;
                try self.tables[index].init(&component.dc, &component.ac, &component.quantization, kept);
                if (kept > 1) self.weights[index].init(kept, &component.quantization);
            }
        }

        fn run(self: *Self, pixels: []u8) Refused!void {
            const picture = self.picture;
            const columns = divided(picture.width, 8 * @as(u32, picture.across));
            const rows = divided(picture.height, 8 * @as(u32, picture.down));
            const height = picture.scaled(picture.height);
            const row_bytes = picture.scaled(picture.width) * picture.components;
            if (pixels.len != row_bytes * height) return error.Refused;
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
                    try self.readMcu(column, column + 1 == columns);
                    if (self.bits.exceeded()) return error.Refused;
                }
                const top = row * picture.down * side;
                for (top..@min(height, top + picture.down * side)) |y| {
                    self.write(y - top, pixels[y * row_bytes ..][0..row_bytes]);
                }
            }
            if (!self.bits.endsAt(self.bits.data.len)) return error.Refused;
        }

        fn restart(self: *Self, number: u8) Refused!void {
            const bits = &self.bits;
            const data = bits.data;
            if (!bits.endsAt(bits.at) or bits.at + 2 > data.len) return error.Refused;
            if (data[bits.at] != 0xFF or data[bits.at + 1] != 0xD0 | (number & 7)) return error.Refused;
            bits.* = .{ .data = data, .at = bits.at + 2 };
            self.before = @splat(0);
        }

        /// Reads a minimum coded unit. last: of its row.
        inline fn readMcu(self: *Self, column: usize, last: bool) Refused!void {
            const picture = self.picture;
            for (0..picture.down) |line| {
                for (0..picture.across) |block| {
                    const at = column * picture.across + block;
                    try self.readBlock(side, 0, line, at, last and block + 1 == picture.across);
                }
            }
            if (picture.components == 1) return;
            for (1..3) |component| {
                if (picture.keepsColour()) {
                    try self.readBlock(2 * side, component, 0, column, last);
                } else if (side > 1) {
                    try self.readBlock(side, component, 0, column, last);
                } else {
                    const at = column * picture.across;
                    try self.readBlock(1, component, 0, at, last);
                    const plane = &self.planes[component];
                    const only = plane[0][at];
                    for (plane[0..picture.down]) |*line| @memset(line[at..][0..picture.across], only);
                }
            }
        }

        /// Reads a block. If 8 that are next to each other are there, or the row ends, writes their samples to the plane.
        /// kept: samples of a block across and down. line: of blocks in the MCU.
        inline fn readBlock(
            self: *Self,
            comptime kept: u32,
            component: usize,
            line: usize,
            block: usize,
            last: bool,
        ) Refused!void {
            const plane = &self.planes[component];
            const tables = &self.tables[component];
            const first = try self.readFirst(component);
            if (kept == 1) {
                plane[line][block] = transform.sample(first);
                return coefficients.skip(&self.bits, tables);
            }
            const sums = &self.sums[component][line];
            const lane: u3 = @truncate(block);
            sums[0][lane] = first * transform.firstFactor(kept);
            try coefficients.add(kept, &self.bits, tables, &self.weights[component], sums, lane);
            if (lane != transform.lanes - 1 and !last) return;
            const x = (block - lane) * kept;
            switch (kept) {
                2 => transform.toTwo(sums, plane[line * 2 ..][0..2], x),
                4 => try transform.toFour(sums, plane, x),
                else => comptime unreachable,
            }
            @memset(sums[0 .. 8 * kept], @splat(0));
        }

        /// The first coefficient of a block, with its quantization.
        inline fn readFirst(self: *Self, component: usize) Refused!i32 {
            self.bits.fill();
            const size = try self.tables[component].dc.next(&self.bits);
            if (size > 11) return error.Refused;
            if (size > 0) self.before[component] += self.bits.value(@intCast(size));
            const first = self.before[component] * self.picture.each[component].quantization[0];
            if (coefficients.outOfRange(first)) return error.Refused;
            return first;
        }

        /// Writes a line of the planes as pixels.
        fn write(self: *Self, line: usize, pixels: []u8) void {
            const picture = self.picture;
            const luma = &self.planes[0][line];
            if (picture.components == 1) return @memcpy(pixels, luma[0..pixels.len]);
            var colours = [2]*const lines.Line{ &self.planes[1][line], &self.planes[2][line] };
            if (side > 1 and picture.across > picture.down) {
                for (&colours, &self.wide) |*colour, *wide| {
                    lines.widen(colour.*[0..divided(picture.width, 8)], wide);
                    colour.* = wide;
                }
            }
            lines.writeColours(pixels, luma, colours[0], colours[1]);
        }
    };
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
    switch (picture.side) {
        1 => try decodeTo(1, pixels, data, picture),
        // At a quarter, libjpeg-turbo interpolates colour that has half of the height, also between two rows of MCUs.
        2 => if (picture.across >= picture.down) try decodeTo(2, pixels, data, picture) else return error.Refused,
        else => return error.Refused,
    }
}

fn decodeTo(comptime side: u32, pixels: []u8, data: []const u8, picture: *const Picture) Refused!void {
    var decoder: Decoder(side) = undefined;
    try decoder.init(picture, data);
    try decoder.run(pixels);
}

/// picture: a Picture, as Python's struct packs it.
fn decoded(pixels: []u8, data: []const u8, picture: []const u8) Refused!void {
    if (picture.len != @sizeOf(Picture)) return error.Refused;
    const copy: Picture = std.mem.bytesToValue(Picture, picture[0..@sizeOf(Picture)]);
    try decode(pixels, data, &copy);
}

const module = python.Module(
    .{ .name = "_jpeg_scaled", .documentation = "Decodes a sequential JPEG to a quarter or an eighth of its width and height." },
    .{ .name = "decode", .documentation = "decode(pixels, data, picture): fills pixels from data; False if it refuses." },
    decoded,
);

export fn PyInit__jpeg_scaled() ?*python.Object {
    return module.create();
}
