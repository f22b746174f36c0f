//! Decodes a strip that is compressed with LZW (TIFF 6.0, section 13), as libtiff does (LZWDecode in tif_lzw.c).
//!
//! A code stands for a string: of one byte, or a former string and the first byte of the one that followed it. So each
//! string of several bytes stands in the output already. Those of up to 7 bytes are also in the table, so that one store
//! of 8 bytes writes any of them, without a branch; the next store overwrites the bytes that do not belong to it.

const std = @import("std");

pub const Refused = error{Refused};

const clear = 256; // the code that empties the table
const end = 257; // the code after the last string
const first_free = 258;
const narrowest = 9; // bits of a code
const widest = 12;
const at_once = 4; // codes that 64 bits contain, wherever in a byte the first one begins
const room = 8 * (at_once + 1); // bytes that they are written into

/// A string of up to 7 bytes, the first one lowest, and its length in the uppermost byte; or the first byte of a longer one,
/// or none for a code without a string, and `long` or more in the uppermost byte.
const Text = u64;
const long = 8;

inline fn length(text: Text) u8 {
    return @intCast(text >> 56);
}

/// A string and one more byte, the lowest of `next`. A longer string must be given as one of 7 bytes.
inline fn joined(text: Text, next: Text) Text {
    return text +% (1 << 56) | (next & 255) << @truncate(text >> 53 & ~@as(u64, 7));
}

pub const Table = struct {
    texts: [1 << widest]Text,
    // Where the last string but one stood in the output when an entry was made, which is where its string stands. The next
    // entry's string begins at the last byte of this one.
    starts: [(1 << widest) + 1]u32,

    pub fn begin(self: *Table) void {
        for (self.texts[0..256], 0..) |*text, byte| text.* = byte | 1 << 56;
        for (self.texts[clear..first_free]) |*text| text.* = long << 56;
    }
};

const Strip = struct {
    table: *Table,
    data: []const u8,
    pixels: []u8,
    at: usize = 0, // in bits of data
    position: usize = 0, // in pixels
    next: u32 = first_free, // entry of the table
    before: Text = 0, // the last string, if it is long as one of 7 bytes

    /// Refuses what libtiff rejects, codes in the order of bits of old encoders, and a table that overflows.
    fn run(self: *Strip) Refused!void {
        if (try self.code(narrowest) != clear) return error.Refused;
        try self.restart();
        while (self.position < self.pixels.len) {
            switch (self.next) {
                first_free...510 => try self.decodeSome(9),
                511...1022 => try self.decodeSome(10),
                1023...2046 => try self.decodeSome(11),
                else => try self.decodeSome(12),
            }
        }
    }

    /// After the code that empties the table.
    fn restart(self: *Strip) Refused!void {
        var byte = try self.code(narrowest);
        while (byte == clear) byte = try self.code(narrowest);
        if (byte > 255) return error.Refused;
        self.next = first_free;
        self.before = self.table.texts[byte];
        self.table.starts[self.next] = @intCast(self.position);
        self.pixels[self.position] = @intCast(byte);
        self.position += 1;
    }

    /// The next code, of this many bits. Refuses if the data end before its end.
    fn code(self: *Strip, comptime width: u4) Refused!u32 {
        if (self.at + width > 8 * self.data.len) return error.Refused;
        var bits: u32 = 0;
        for (0..3) |index| {
            const place = self.at / 8 + index;
            bits = bits << 8 | if (place < self.data.len) self.data[place] else 0;
        }
        const below: u5 = @intCast(24 - @as(usize, width) - self.at % 8);
        self.at += width;
        return bits >> below & ((1 << width) - 1);
    }

    /// Decodes codes that stand for short strings, while enough of everything is left, and then one code of any kind.
    fn decodeSome(self: *Strip, comptime width: u4) Refused!void {
        const limit = (1 << width) - @as(u32, if (width < widest) 1 else 0);
        const table = self.table;
        const pixels = self.pixels;
        const data = self.data;
        const first = self.next;
        var next = first;
        var position = self.position;
        var before = self.before;
        some: while (next <= limit - at_once and pixels.len - position >= room) {
            const at = self.at + width * @as(usize, next - first);
            if (at / 8 + 8 > data.len) break;
            var bits = std.mem.readInt(u64, data[at / 8 ..][0..8], .big) << @intCast(at % 8);
            const into = pixels[position..][0..room];
            var written: usize = 0;
            defer position += written;
            inline for (0..at_once) |_| {
                const number: u32 = @intCast(bits >> (64 - @as(u7, width)));
                bits <<= width;
                if (number >= next) break :some;
                const text = table.texts[number];
                if (length(text) >= long) break :some;
                table.texts[next] = joined(before, text);
                next += 1;
                table.starts[next] = @truncate(position +% written);
                into[written..][0..8].* = @bitCast(std.mem.nativeToLittle(u64, text));
                written += length(text) & 7;
                before = text;
            }
        }
        self.at += width * @as(usize, next - first);
        self.position = position;
        self.next = next;
        self.before = before;
        if (next < limit or width == widest) try self.decodeOne(width);
    }

    fn decodeOne(self: *Strip, comptime width: u4) Refused!void {
        const table = self.table;
        const number = try self.code(width);
        if (number == clear) return self.restart();
        if (number == end or number > self.next or self.next == table.texts.len) return error.Refused;
        table.texts[self.next] = joined(self.before, if (number < self.next) table.texts[number] else self.before);
        self.next += 1;
        table.starts[self.next] = @intCast(self.position);
        const text = table.texts[number];
        if (length(text) < long) {
            self.before = text;
            for (0..@min(length(text), self.pixels.len - self.position)) |index| {
                self.pixels[self.position] = @truncate(text >> @intCast(8 * index));
                self.position += 1;
            }
        } else {
            self.before = text & 255 | (long - 1) << 56;
            self.repeat(table.starts[number], table.starts[number + 1] + 1 - table.starts[number]);
        }
    }

    /// Writes a string that stands in the output, or what has room of it.
    fn repeat(self: *Strip, start: u32, count: u32) void {
        const left = self.pixels[self.position..];
        const from = self.pixels[start..];
        const some = @min(count, left.len);
        self.position += some;
        left[0] = from[0]; // which may be the last byte of the string as well
        var index: usize = 0;
        while (index < some and index + 16 <= left.len) : (index += 16) {
            const sixteen: @Vector(16, u8) = from[index..][0..16].*;
            left[index..][0..16].* = sixteen;
        }
        while (index < some) : (index += 1) left[index] = from[index];
    }
};

/// Fills pixels. Reads no more data than that takes, like libtiff.
pub fn decode(table: *Table, data: []const u8, pixels: []u8) Refused!void {
    var strip = Strip{ .table = table, .data = data, .pixels = pixels };
    try strip.run();
}
