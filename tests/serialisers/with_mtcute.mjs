// with_mtcute.mjs - neutral objects on stdin, mtcute's bytes as hex on stdout. The first line written says
// its layer and the ids it knows.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { dirname, join } from 'node:path'

const modules = join(process.env.TEST_ENV, 'node_modules')
const load = path => import(pathToFileURL(join(modules, path)))
const { __tlWriterMap: map } = await load('@mtcute/core/tl/binary/writer.js')
const { TlBinaryWriter } = await load('@mtcute/tl-runtime/index.js')
const Long = createRequire(join(modules, '@mtcute/core/index.js'))('long')
const schema = JSON.parse(readFileSync(join(modules, '@mtcute/core/tl/api-schema.json')))

const camel = s => s.replace(/_([a-z0-9])/gi, (_, c) => c.toUpperCase())
const wide = new Map() // object name -> source of its writer, where int53 fields are seen

function isNumber(name, field) {
	if (!wide.has(name)) wide.set(name, String(map[name]))
	return new RegExp('int53(, |\\()(h\\(v, "|v\\.)' + field + '\\b').test(wide.get(name))
}

function long(s, name, field) {
	if (!isNumber(name, field)) return Long.fromString(s)
	const n = Number(s)
	if (!Number.isSafeInteger(n)) throw Error('too wide for a number')
	return n
}

function build(v, name, field) {
	if (Array.isArray(v)) return v.map(x => build(x, name, field))
	if (v === null || typeof v !== 'object') return v
	if ('l' in v) return long(v.l, name, field)
	if ('b' in v) return Uint8Array.from(Buffer.from(v.b, 'hex'))
	const out = { _: v._ }
	for (const [k, x] of Object.entries(v.f)) out[camel(k)] = build(x, v._, camel(k))
	return out
}

console.log(JSON.stringify({ layer: schema.l, ids: schema.e.map(e => (e.id >>> 0).toString(16).padStart(8, '0')) }))
createInterface({ input: process.stdin }).on('line', line => {
	let out
	try {
		out = Buffer.from(TlBinaryWriter.serializeObject(map, build(JSON.parse(line)))).toString('hex')
	} catch (e) {
		out = 'skip ' + String(e && e.message).replace(/\n/g, ' ')
	}
	console.log(out)
})
