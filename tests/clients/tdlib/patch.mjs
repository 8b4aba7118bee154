// Makes a copy of a client binary (libtdjson, Telegram Desktop) whose two built-in server keys (main and test) are
// replaced by ours. A 2048-bit key with exponent 65537 always gives a PEM text of one length, so the layout stays.
import fs from 'node:fs';

const BEGIN = '-----BEGIN RSA PUBLIC KEY-----\n';
const END = '-----END RSA PUBLIC KEY-----';
// The key that signs Telegram's out-of-band configuration has the same length in some builds: it stays as it is.
const CONFIG_KEY = 'MIIBCgKCAQEAyr+18Rex2ohtVy8sroGP';

// Writes `out`, the patched copy of `source`.
export function patchKeys(source, rsa, out) {
  const file = fs.readFileSync(source);
  const ours = Buffer.from(rsa.pem, 'latin1');
  let replaced = 0;
  for (let at = file.indexOf(BEGIN); at >= 0; at = file.indexOf(BEGIN, at + 1)) {
    const end = file.indexOf(END, at);
    if (end < 0) break;
    if (end + END.length - at !== ours.length) continue;
    if (file.toString('latin1', at + BEGIN.length, at + BEGIN.length + CONFIG_KEY.length) === CONFIG_KEY) continue;
    ours.copy(file, at);
    replaced++;
  }
  if (replaced !== 2) throw new Error(`expected 2 server keys in ${source}, replaced ${replaced}`);
  fs.writeFileSync(out, file, { mode: 0o755 });
}
