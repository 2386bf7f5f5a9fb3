// Calls the methods of @point-of-sale/receipt-printer-encoder that the standard
// input lists as [["size", 2, 2], ["text", "A015"], …] and writes the bytes:
//   node encoder.js esc-pos|star-line
// An image is black and white squares of eight dots: ["image", width, height].
'use strict';
const Encoder = require('@point-of-sale/receipt-printer-encoder');
const fs = require('fs');

const squares = (width, height) => {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const shade = ((i % width >> 3) + (Math.floor(i / width) >> 3)) % 2 * 255;
    data.set([shade, shade, shade, 255], i * 4);
  }
  return { width, height, data };
};

const encoder = new Encoder({ language: process.argv[2], columns: 48, imageMode: 'raster', errors: 'strict' });
encoder.initialize();
for (const [method, ...args] of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  if (method === 'image') {
    encoder.image(squares(...args), ...args, 'threshold');
  } else {
    encoder[method](...args);
  }
}
process.stdout.write(encoder.encode());
