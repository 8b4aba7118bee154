// A small TDLib client over the bridge process: requests with time-outs, updates, waits.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { buildBridge, guardEnv } from './guard.mjs';
import { patchKeys } from './patch.mjs';

const require = createRequire(import.meta.url);

export class TdError extends Error {
  constructor(request, { code, message }) {
    super(`${request}: ${code} ${message}`);
    Object.assign(this, { code, tdMessage: message });
  }
}

export class TdClient {
  // dir holds the library with our key in it, TDLib's database, and tdlib.log: its log (verbosity 2: warnings, errors)
  constructor({ host, port, rsa, dir, verbosity = 2 }) {
    this.dir = dir;
    const lib = path.join(dir, 'libtdjson.so');
    patchKeys(require('prebuilt-tdlib').getTdjson(), rsa, lib);
    const log = fs.openSync(path.join(dir, 'tdlib.log'), 'a');
    this.child = spawn(buildBridge(), [lib], { env: guardEnv(host, port), stdio: ['pipe', 'pipe', log] });
    this.seq = 0;
    this.pending = new Map();
    this.waits = new Set();
    this.state = null;
    this.onUpdate = () => {};
    readline.createInterface({ input: this.child.stdout }).on('line', (l) => this.#take(JSON.parse(l)));
    this.child.stdin.on('error', () => {});
    this.child.on('exit', (code, signal) => {
      this.dead = `the TDLib process ended (${signal ?? code})`;
      for (const p of this.pending.values()) p.fail(new Error(this.dead));
    });
    this.#write(0, { '@type': 'setLogVerbosityLevel', new_verbosity_level: verbosity });
  }
  #write(client, o) {
    // "@client" comes first on the line: the bridge reads it from there.
    this.child.stdin.write(`${JSON.stringify({ '@client': client, ...o })}\n`);
  }
  #take(o) {
    if (!o || o['@new']) return;
    const pending = this.pending.get(o['@extra']);
    if (pending) {
      if (o['@type'] === 'error') pending.fail(new TdError(pending.what, o));
      else pending.done(o);
      return;
    }
    if (o['@type'] === 'updateAuthorizationState') this.state = o.authorization_state;
    this.onUpdate(o); // first: what it notes of this update, those who wait look at
    for (const wait of [...this.waits]) wait(o);
  }
  call(type, params = {}, ms = 30000) {
    if (this.dead) return Promise.reject(new Error(this.dead));
    const extra = ++this.seq;
    return new Promise((resolve, reject) => {
      const end = (f) => (v) => {
        clearTimeout(timer);
        this.pending.delete(extra);
        f(v);
      };
      const timer = setTimeout(() => end(reject)(new Error(`${type}: no answer in ${ms} ms`)), ms);
      this.pending.set(extra, { what: type, done: end(resolve), fail: end(reject) });
      this.#write(1, { '@type': type, '@extra': extra, ...params });
    });
  }
  // The first update from now on for which pick() gives something.
  wait(what, pick, ms = 30000) {
    return new Promise((resolve, reject) => {
      const end = (f, v) => {
        clearTimeout(timer);
        this.waits.delete(look);
        f(v);
      };
      const timer = setTimeout(() => end(reject, new Error(`no ${what} in ${ms} ms`)), ms);
      const look = (o) => {
        const v = pick(o);
        if (v) end(resolve, v);
      };
      this.waits.add(look);
    });
  }
  async waitState(names, ms = 30000) {
    const there = () => this.state && names.includes(this.state['@type']) && this.state;
    return there() || this.wait(`${names.join(' or ')} after ${this.state?.['@type']}`, there, ms);
  }
  async open() {
    await this.call('setTdlibParameters', {
      use_test_dc: false,
      database_directory: path.join(this.dir, 'td'),
      files_directory: path.join(this.dir, 'td-files'),
      database_encryption_key: '',
      use_file_database: true,
      use_chat_info_database: true,
      use_message_database: true,
      use_secret_chats: true,
      api_id: 1,
      api_hash: 'x',
      system_language_code: 'en',
      device_model: 'test',
      system_version: '1',
      application_version: '1',
    });
  }
  async close() {
    await this.call('close');
    await this.waitState(['authorizationStateClosed']);
  }
}
