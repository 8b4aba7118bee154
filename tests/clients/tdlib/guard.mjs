// Builds the two small C programs, and the environment that keeps a child process on this machine.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const WORK = path.join(process.env.TEST_ENV ?? path.join(HERE, '../../../.test-env'), 'tdlib');

function build(name, out, flags) {
  fs.mkdirSync(WORK, { recursive: true });
  const src = path.join(HERE, name);
  const dst = path.join(WORK, out);
  if (!fs.existsSync(dst) || fs.statSync(dst).mtimeMs < fs.statSync(src).mtimeMs) {
    const tmp = `${dst}.${process.pid}`;
    execFileSync(process.env.CC ?? 'cc', ['-O2', '-Wall', '-Wextra', '-o', tmp, src, ...flags], { stdio: ['ignore', 2, 2] });
    fs.renameSync(tmp, dst);
  }
  return dst;
}

export const buildGuard = () => build('netguard.c', 'netguard.so', ['-shared', '-fPIC', '-ldl']);
export const buildBridge = () => build('tdbridge.c', 'tdbridge', ['-ldl', '-pthread']);

// Every TCP connection to an address of Telegram goes to host:port; nothing else leaves but to loopback.
export function guardEnv(host, port) {
  if (!/^127\./.test(host)) throw new Error(`the server must be on 127.0.0.0/8, not on ${host}`);
  return {
    ...process.env,
    LD_PRELOAD: [buildGuard(), process.env.LD_PRELOAD].filter(Boolean).join(':'),
    GUARD_TO: `${host}:${port}`,
  };
}
