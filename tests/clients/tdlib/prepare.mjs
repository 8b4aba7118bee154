// node prepare.mjs BINARY KEY OUT: OUT is a copy of BINARY with our key; prints the path of the guard to preload.
import { buildGuard } from './guard.mjs';
import { patchKeys } from './patch.mjs';
import { loadRsa } from './rsa.mjs';

const [binary, key, out] = process.argv.slice(2);
patchKeys(binary, loadRsa(key), out);
console.log(buildGuard());
