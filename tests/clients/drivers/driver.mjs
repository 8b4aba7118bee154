// What every driver in Node.js is; the same lines on stdin and stdout as driver.py.
import readline from 'node:readline';

// What a library prints by console.log would get between our lines.
console.log = console.info = console.debug = (...a) => console.error(...a);

const put = (o) => process.stdout.write(`${JSON.stringify(o)}\n`);

export const event = (kind, fields) => put({ event: kind, ...fields });

// driver: operation -> async function(arguments); describe(exception) -> [code or null, error text]
export function serve(driver, describe) {
  process.on('unhandledRejection', (e) => console.error('unhandled rejection', e));
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', async (line) => {
    const { '#': n, do: name, ...args } = JSON.parse(line);
    if (name === 'quit') return process.exit(0);
    try {
      if (!driver[name]) throw new Error(`this driver has no operation ${name}`);
      put({ '#': n, ok: (await driver[name](args)) ?? null });
    } catch (e) {
      const [code, text] = describe(e);
      put({ '#': n, error: { code, name: text, text: String(e?.stack ?? e).slice(0, 1500) } });
    }
  });
  lines.on('close', () => process.exit(0));
}
