"use strict";
// From the page's text to typed arrays: base64, zlib, float16.

/** The bytes of the page's one block of arrays, an ArrayBuffer. */
function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** The value of each of the 65,536 float16 numbers: sign, 5 bits of exponent, 10 of fraction. */
const FLOAT16 = Float32Array.from({ length: 65536 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * (1 + fraction) * 2 ** (exponent - 15) : sign * fraction * 2 ** -14;
});

const TYPES = {
  float16: Uint16Array, // made Float32Array below
  float32: Float32Array,
  int8: Int8Array,
  uint16: Uint16Array,
};

/** The array of an entry {type, shape, at}: its values, row by row. */
function arrayOf(buffer, { type, shape, at }) {
  const size = shape.reduce((product, n) => product * n, 1);
  const stored = new TYPES[type](buffer, at, size);
  return type === "float16" ? Float32Array.from(stored, (bits) => FLOAT16[bits]) : stored;
}
