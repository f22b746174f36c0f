//! Modules of Python with one function each. It uses the stable ABI of Python's C API, version 3.11 (PEP 384), alone.

const std = @import("std");

pub const Object = extern struct { references: isize, type: ?*anyopaque };
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
    flags: c_int = with_tuple,
    documentation: ?[*:0]const u8 = null,
};
const Definition = extern struct {
    base: extern struct { object: Object, init: ?*anyopaque = null, index: isize = 0, copy: ?*Object = null } =
        .{ .object = .{ .references = 1, .type = null } },
    name: [*:0]const u8,
    documentation: [*:0]const u8,
    size: isize = -1,
    methods: [*]Method,
    unused: [4]?*anyopaque = @splat(null),
};

const Described = struct { name: [*:0]const u8, documentation: [*:0]const u8 };

/// A module whose function takes up to four slices of bytes. In Python these are buffers, of which those that are not
/// const must be writable, and it returns False if it refuses, or else True.
pub fn Module(comptime module: Described, comptime method: Described, comptime function: anytype) type {
    const types = @typeInfo(@TypeOf(function)).@"fn".param_types;
    comptime var format: [:0]const u8 = "";
    for (types) |argument| format = format ++ if (argument == []u8) "w*" else "y*";
    const formats = format;
    return struct {
        var methods = [_]Method{ .{ .name = method.name, .function = call, .documentation = method.documentation }, .{} };
        var definition = Definition{ .name = module.name, .documentation = module.documentation, .methods = &methods };

        fn call(_: ?*Object, given: ?*Object) callconv(.c) ?*Object {
            var buffers: [4]Buffer = undefined; // those that the format does not mention stay as they are
            if (PyArg_ParseTuple(given, formats, &buffers[0], &buffers[1], &buffers[2], &buffers[3]) == 0) return null;
            defer for (buffers[0..types.len]) |*buffer| PyBuffer_Release(buffer);
            var arguments: std.meta.ArgsTuple(@TypeOf(function)) = undefined;
            inline for (&arguments, 0..) |*argument, index| argument.* = buffers[index].bytes();
            const done = if (@call(.auto, function, arguments)) true else |_| false;
            return PyBool_FromLong(@intFromBool(done));
        }

        pub fn create() ?*Object {
            return PyModule_Create2(&definition, version);
        }
    };
}

extern fn PyModule_Create2(definition: *Definition, abi: c_int) ?*Object;
extern fn PyArg_ParseTuple(arguments: ?*Object, format: [*:0]const u8, ...) c_int;
extern fn PyBuffer_Release(buffer: *Buffer) void;
extern fn PyBool_FromLong(value: c_long) ?*Object;
const version = 3;
const with_tuple = 1; // METH_VARARGS
