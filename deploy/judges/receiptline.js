// Turns a slip in receiptline's notation from the standard input into the bytes
// for a printer: node receiptline.js escpos|generic|starmbcs2
'use strict';
const receiptline = require('receiptline');
const fs = require('fs');

const printer = { command: process.argv[2], encoding: 'gb18030', cpl: 48, cutting: true };
process.stdout.write(receiptline.transform(fs.readFileSync(0, 'utf8'), printer), 'binary');
