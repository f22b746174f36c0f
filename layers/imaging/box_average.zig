//! Averages rows of pixels in boxes, to the last bit as Pillow's Image.reduce does: docs/decisions/imaging-box-average.md.
//!
//! Rows come as a decoder packs them, some at a time. They are added up, sample by sample, until a row of boxes is
//! complete; then neighbouring sums are added up and divided. All sums have 16 bits, which suffices for `most` pixels.
//!
//! It is a pure function without libc, memory of its own or system calls. Whatever does not fit is refused before a
//! pixel is read. Zig checks every index and conversion at run time (ReleaseSafe); a failed check ends the process.

const std = @import("std");
const python = @import("python/stable_abi.zig");
pub const panic = std.debug.no_panic;

const Refused = error{Refused};
const Eight = @Vector(8, u16);
const Sixteen = @Vector(16, u16);
const Sums = []align(1) u16;

/// The most pixels of a box.
const most = 128;

/// Adjacent boxes, as `boxes.runs` yields them. This and Shape have no padding between fields, as Python's struct packs them.
const Run = extern struct {
    start: u32, // in pixels
    stop: u32,
    box: u32, // pixels from one to the next
    at: u32, // the index of the first

    fn count(self: Run) usize {
        return (self.stop - self.start) / self.box;
    }
};

const Shape = extern struct {
    channels: u32, // 1 or 3
    depth: u32, // bytes of a sample, 1 or 2, of which the upper 8 bits count
    down: u32, // rows of a box
    before: u32, // rows that came before these
};

const Runs = []align(1) const Run;

/// The number of boxes side by side, if these have that many pixels. Refuses what does not follow one after the other.
fn across(runs: Runs, down: u32, pixels: usize) Refused!usize {
    var number: usize = 0;
    var end: usize = 0;
    for (runs) |run| {
        if (run.box == 0 or run.start != end or run.stop <= run.start or run.at != number) return error.Refused;
        const size = @as(u64, run.box) * down;
        if ((run.stop - run.start) % run.box != 0 or size < 2 or size > most) return error.Refused;
        end = run.stop;
        number += run.count();
    }
    return if (end == pixels) number else error.Refused;
}

inline fn loaded(comptime Vector: type, from: anytype) Vector {
    comptime std.debug.assert(@sizeOf(Vector) == @sizeOf(@TypeOf(from.*)));
    return @as(*align(1) const Vector, @ptrCast(from)).*;
}

/// 16 samples of a row.
inline fn samples(comptime depth: usize, row: []const u8, at: usize) Sixteen {
    if (depth == 1) return loaded(@Vector(16, u8), row[at..][0..16]);
    return loaded(Sixteen, row[2 * at ..][0..32]) >> @splat(8);
}

inline fn sample(comptime depth: usize, row: []const u8, at: usize) u16 {
    return if (depth == 1) row[at] else @as(u16, @bitCast(row[2 * at ..][0..2].*)) >> 8;
}

/// Adds rows to the sums. first: whether nothing was added before. No sum overflows, because a box has no more rows than
/// pixels.
fn add(comptime depth: usize, comptime number: usize, comptime first: bool, sums: Sums, pixels: []const u8) void {
    var rows: [number][]const u8 = undefined;
    inline for (&rows, 0..) |*row, index| row.* = pixels[index * sums.len * depth ..][0 .. sums.len * depth];
    var at: usize = 0;
    while (at + 16 <= sums.len) : (at += 16) {
        var sum: Sixteen = if (first) @splat(0) else loaded(Sixteen, sums[at..][0..16]);
        inline for (rows) |row| sum +%= samples(depth, row, at);
        sums[at..][0..16].* = sum;
    }
    while (at < sums.len) : (at += 1) {
        var sum: u16 = if (first) 0 else sums[at];
        inline for (rows) |row| sum += sample(depth, row, at);
        sums[at] = sum;
    }
}

/// Divides sums by a number of pixels from 2 to `most`, as Pillow does: it adds half of the pixels, multiplies by
/// 2^24 / pixels, rounded down, and leaves out the lower 24 bits. So quotients are rounded down, and whole ones too,
/// unless pixels is a power of two, because the multiplier is too small.
///
/// Here, 16 bits suffice. Sum and pixels are multiplied by the same factor, so that their quotient stays the same, and
/// the new number of pixels is from 129 to 256; then 2^23 divided by it, rounded up, has 16 bits. That makes a quotient
/// too large by less than 2^16 / 2^23 = 1/128, and the next whole number is at least 1/pixels away.
const Division = struct {
    half: u16,
    factor: u16,
    multiplier: u16,

    fn by(pixels: usize) Division {
        const factor = 256 / pixels;
        const product = factor * pixels;
        return .{
            .half = @intCast(pixels / 2 - @intFromBool(!std.math.isPowerOfTwo(pixels))),
            .factor = @intCast(factor),
            .multiplier = @intCast(((1 << 23) + product - 1) / product),
        };
    }
};

/// Eight sums, divided. multiplier: volatile, so that it is read each time: widened to 32 bits once and for all, LLVM no
/// longer sees that one instruction multiplies 16 bits, and takes twice the time for the whole.
inline fn divided(sums: Eight, factor: Eight, multiplier: *const volatile Eight) @Vector(8, u8) {
    const Wide = @Vector(8, u32);
    const product = @as(Wide, sums *% factor) * @as(Wide, multiplier.*);
    const upper: Eight = @truncate(product >> @splat(16));
    return @truncate(upper >> @splat(7));
}

/// The averages of adjacent boxes. sums: from the first box on, to the end of the row. fixed: the width of a box in pixels
/// if it is known when this is compiled, or 0.
fn divide(comptime channels: usize, comptime fixed: usize, sums: Sums, averages: []u8, given: usize, down: usize) void {
    const box = if (fixed > 0) fixed else given;
    const step = box * channels;
    const together = if (channels == 1) 8 else 2; // boxes in a vector
    const stored = 8 / together;
    const division = Division.by(box * down);
    const factor: Eight = @splat(division.factor);
    const multiplier: Eight = @splat(division.multiplier);
    const kept: @Vector(8, u8) = if (channels == 1) @splat(255) else .{ 255, 255, 255, 0, 255, 255, 255, 0 };
    var left = sums;
    var into = averages;
    // Beside the last sample of two pixels, a vector holds the one that follows.
    while (into.len >= 8 and left.len > together * step) {
        const these = left[0 .. together * step + 1];
        var sum: Eight = @splat(division.half);
        for (0..box) |x| sum +%= beside(channels, these, x, box);
        into[0..8].* = divided(sum, factor, &multiplier) & kept;
        left = left[together * step ..];
        into = into[8..];
    }
    while (into.len > 0) {
        for (0..channels) |channel| {
            var sum = division.half;
            for (0..box) |x| sum += left[x * channels + channel];
            into[channel] = @intCast(@as(u32, sum * division.factor) * division.multiplier >> 23);
        }
        if (stored > channels) into[channels] = 0;
        left = left[step..];
        into = into[stored..];
    }
}

/// The sums at x of the boxes that are divided together.
inline fn beside(comptime channels: usize, sums: Sums, x: usize, box: usize) Eight {
    if (channels == 1) {
        var eight: Eight = undefined;
        inline for (0..8) |index| eight[index] = sums[index * box + x];
        return eight;
    }
    const two = @Vector(2, u64){
        @bitCast(sums[x * channels ..][0..4].*),
        @bitCast(sums[(box + x) * channels ..][0..4].*),
    };
    return @bitCast(two);
}

/// Adds up to four rows. See `add`.
fn addRows(depth: u32, number: usize, first: bool, sums: Sums, pixels: []const u8) void {
    switch (depth) {
        inline 1, 2 => |bytes| switch (number) {
            inline 1...4 => |rows| if (first) add(bytes, rows, true, sums, pixels) else add(bytes, rows, false, sums, pixels),
            else => unreachable,
        },
        else => unreachable,
    }
}

/// Writes a row of averages.
fn divideRow(comptime channels: usize, runs: Runs, down: u32, sums: Sums, averages: []u8) void {
    const stored = if (channels == 3) 4 else 1;
    for (runs) |run| {
        const from = sums[run.start * channels ..];
        const into = averages[run.at * stored ..][0 .. run.count() * stored];
        switch (run.box) {
            inline 2, 3, 4 => |box| divide(channels, box, from, into, box, down),
            else => divide(channels, 0, from, into, run.box, down),
        }
    }
}

/// Adds the rows to the sums, and writes the averages of the boxes that they complete. Three channels become four, the
/// last of them 0, because Pillow stores RGB so.
fn average(pixels: []const u8, sums: Sums, averages: []u8, shape: Shape, runs: Runs) Refused!void {
    if (shape.channels != 1 and shape.channels != 3 or shape.depth != 1 and shape.depth != 2) return error.Refused;
    if (sums.len == 0 or sums.len % shape.channels != 0) return error.Refused;
    const line = try across(runs, shape.down, sums.len / shape.channels) * @as(usize, if (shape.channels == 3) 4 else 1);
    const row = sums.len * shape.depth;
    if (pixels.len % row != 0 or averages.len % line != 0) return error.Refused;
    if (shape.before + pixels.len / row > averages.len / line * shape.down) return error.Refused;
    var left = pixels;
    var y: usize = shape.before;
    while (left.len > 0) {
        const added = y % shape.down;
        const number = @min(4, shape.down - added, left.len / row);
        addRows(shape.depth, number, added == 0, sums, left[0 .. number * row]);
        left = left[number * row ..];
        y += number;
        if (y % shape.down > 0) continue;
        const into = averages[(y / shape.down - 1) * line ..][0..line];
        if (shape.channels == 1) divideRow(1, runs, shape.down, sums, into) else divideRow(3, runs, shape.down, sums, into);
    }
}

/// layout: a Shape, then the runs.
fn averaged(pixels: []const u8, sums: []u8, averages: []u8, layout: []const u8) Refused!void {
    const header = @sizeOf(Shape);
    if (sums.len % @sizeOf(u16) != 0 or layout.len < header or layout.len % @sizeOf(Run) != 0) return error.Refused;
    const shape = std.mem.bytesToValue(Shape, layout[0..header]);
    try average(pixels, std.mem.bytesAsSlice(u16, sums), averages, shape, std.mem.bytesAsSlice(Run, layout[header..]));
}

const module = python.Module(
    .{ .name = "_box_average", .documentation = "Averages rows of pixels in boxes." },
    .{
        .name = "average",
        .documentation = "average(pixels, sums, averages, layout): adds rows, divides full boxes; False if it refuses.",
    },
    averaged,
);

export fn PyInit__box_average() ?*python.Object {
    return module.create();
}
