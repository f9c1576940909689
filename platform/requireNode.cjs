// Run before anything else, by any Node however old: nothing here may be newer than ES5.
'use strict';

var process = require('process');

// The first that runs TypeScript without a flag. On Linux npm ci has brought one: package.json's optional packages.
var wanted = '22.18';

/** Whether a version like 20.9.0 is at least one like 20.20. */
function isAtLeast(version, least) {
  var have = version.split('.').map(Number);
  var need = least.split('.').map(Number);
  for (var i = 0; i < need.length; i++) if (have[i] !== need[i]) return have[i] > need[i];
  return true;
}

if (!isAtLeast(process.versions.node, wanted)) {
  process.stderr.write(
    'This needs Node ' +
      wanted +
      ' or newer, and this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      '). Install a newer one, from https://nodejs.org or by your package manager, and run npm ci anew.\n',
  );
  process.exit(1);
}
