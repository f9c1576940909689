// After npm ci, by any Node: nothing here may be newer than ES5.
'use strict';

var fs = require('fs');
var path = require('path');
var process = require('process');

/**
 * Links the Node that npm ci has brought, which every script runs by its name. The npm of Node 20, for example (seen up to 11.3), removes
 * the link again, together with the package for the other processor, whose program has the same name.
 */
var bin = path.join('node_modules', '.bin');
var program = path.join('..', 'node-linux-' + process.arch, 'bin', 'node');
var link = path.join(bin, 'node');

if (process.platform === 'linux' && !fs.existsSync(link) && fs.existsSync(path.join(bin, program))) {
  fs.symlinkSync(program, link);
}
