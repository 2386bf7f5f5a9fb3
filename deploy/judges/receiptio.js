// Prints a slip in receiptline's notation from the standard input, as a host:
//   node receiptio.js -d 127.0.0.1 -p escpos ...
// and says what receiptio thinks has become of it.
'use strict';
const receiptio = require('receiptio');
const fs = require('fs');

const source = fs.readFileSync(0, 'utf8');
receiptio.print(source, process.argv.slice(2).join(' ')).then(console.log);
