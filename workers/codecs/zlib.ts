import type * as Zlib from 'node:zlib';

/** Node's zlib, loaded when it is first used: most runs don't, and it costs each of their starts a few milliseconds. */
export function zlib(): typeof Zlib {
  return process.getBuiltinModule('node:zlib');
}
