//! The bits of the entropy-coded data (ITU-T T.81, F.2.2).

const std = @import("std");

pub const Refused = error{Refused};

/// The entropy-coded data, from its first bit.
pub const Bits = struct {
    data: []const u8,
    at: usize = 0, // of the first byte that is not in the buffer
    buffer: u64 = 0, // the next bits, the first one highest
    count: u6 = 0, // of these bits that are valid
    invented: u32 = 0, // zeros that were added to them after the data's end

    /// Afterwards, 56 bits are valid, at least.
    pub inline fn fill(self: *Bits) void {
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

    pub inline fn drop(self: *Bits, count: u6) void {
        self.buffer <<= count;
        self.count -= count;
    }

    /// Whether bits were used that are not in the data.
    pub inline fn exceeded(self: *const Bits) bool {
        return self.invented > self.count;
    }

    /// Whether all data was used up to this place, apart from the bits that fill the last byte.
    pub fn endsAt(self: *const Bits, place: usize) bool {
        return self.at == place and !self.exceeded() and self.count - self.invented < 8;
    }

    /// The next value of so many bits.
    pub inline fn value(self: *Bits, count: u6) i32 {
        const bits: i32 = @intCast(self.buffer >> @intCast(64 - @as(u7, count)));
        self.drop(count);
        return extended(bits, count);
    }
};

/// The value of so many bits, from 1 to 15 (F.2.2.1, EXTEND).
pub inline fn extended(bits: i32, count: u6) i32 {
    const half = @as(i32, 1) << @intCast(count - 1);
    return if (bits < half) bits - 2 * half + 1 else bits;
}

fn hasMarkerByte(bytes: u64) bool {
    const ones = 0x0101010101010101;
    return (~bytes -% ones) & bytes & (0x80 * ones) != 0;
}
