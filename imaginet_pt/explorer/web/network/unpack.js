"use strict";
// From the page's text to typed arrays: base64, zlib, float16.

/** The bytes of the page's one block of arrays, an ArrayBuffer. */
function inflate(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
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
  float16: Uint16Array, // each to be looked up in FLOAT16
  float32: Float32Array,
  int8: Int8Array,
  uint16: Uint16Array,
};

/** The array of an entry {type, shape, at}: its values, row by row. */
function arrayOf(buffer, { type, shape, at }) {
  const size = shape.reduce((product, n) => product * n, 1);
  const stored = new TYPES[type](buffer, at, size);
  if (type !== "float16") return stored;
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = FLOAT16[stored[i]];
  return values;
}
