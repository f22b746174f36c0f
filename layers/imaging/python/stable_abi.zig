//! The parts of Python's C API that our modules use, all of its stable ABI of version 3.11 (PEP 384).

pub const Object = extern struct { references: isize, type: ?*anyopaque };
pub const Buffer = extern struct {
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

    pub fn bytes(self: *const Buffer) []u8 {
        return if (self.address) |address| address[0..@intCast(self.length)] else &.{};
    }
};
pub const Method = extern struct {
    name: ?[*:0]const u8 = null,
    function: ?*const fn (?*Object, ?*Object) callconv(.c) ?*Object = null,
    flags: c_int = with_tuple,
    documentation: ?[*:0]const u8 = null,
};
pub const Module = extern struct {
    base: extern struct { object: Object, init: ?*anyopaque = null, index: isize = 0, copy: ?*Object = null } =
        .{ .object = .{ .references = 1, .type = null } },
    name: [*:0]const u8,
    documentation: [*:0]const u8,
    size: isize = -1,
    methods: [*]Method,
    unused: [4]?*anyopaque = @splat(null),

    pub fn create(self: *Module) ?*Object {
        return PyModule_Create2(self, version);
    }
};

extern fn PyModule_Create2(module: *Module, abi: c_int) ?*Object;
pub extern fn PyArg_ParseTuple(arguments: ?*Object, format: [*:0]const u8, ...) c_int;
pub extern fn PyBuffer_Release(buffer: *Buffer) void;
pub extern fn PyBool_FromLong(value: c_long) ?*Object;
const version = 3;
const with_tuple = 1; // METH_VARARGS
