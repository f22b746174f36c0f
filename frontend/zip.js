/**
 * A ZIP archive of already compressed files, stored without compression.
 * Layout: PKWARE's APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
 */

/** General purpose bit 11: names are UTF-8. */
const UTF8 = 0x0800;
/** Unix, version 2.0 (4.4.2): Debian's unzip reads names from DOS in old code pages, whatever the UTF-8 bit says. */
const MADE_BY = 0x0314;
/** A regular file, readable by all and writable by its owner, in Unix mode bits in the upper half. */
const ATTRIBUTES = 0o100644 * 0x10000;
/** 1 January 1980, the earliest date of the format: thumbnails have no date worth keeping. */
const DATE = 0x0021;

const CRC = Uint32Array.from({length: 256}, (_, value) => {
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
const crc32 = (bytes) => ~bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), -1) >>> 0;

/**
 * @param {{name: string, bytes: Uint8Array<ArrayBuffer>}[]} files fewer than 65,536, and less than 4 GB together
 * @returns {Blob}
 */
export function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const size = file.bytes.length;
    // Version needed, flags, method "stored", time, date, checksum, both sizes, lengths of name and extra field.
    const facts = [[2, 20], [2, UTF8], [2, 0], [2, 0], [2, DATE], [4, crc32(file.bytes)], [4, size], [4, size], [2, name.length], [2, 0]];
    const local = record(0x04034b50, facts);
    // After these: comment, disk, internal and external attributes, offset of the file.
    directory.push(record(0x02014b50, [[2, MADE_BY], ...facts, [2, 0], [2, 0], [2, 0], [4, ATTRIBUTES], [4, offset]]), name);
    parts.push(local, name, file.bytes);
    offset += local.length + name.length + size;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(0x06054b50, [[2, 0], [2, 0], [2, files.length], [2, files.length], [4, length], [4, offset], [2, 0]]);
  return new Blob([...parts, ...directory, end], {type: "application/zip"});
}

/**
 * @param {number} signature
 * @param {number[][]} fields each as [bytes, value], written little-endian
 */
function record(signature, fields) {
  return Uint8Array.from(
    [[4, signature], ...fields].flatMap(([width, value]) => Array.from({length: width}, (_, byte) => (value >>> (8 * byte)) & 255)),
  );
}
