// with_gramjs.cjs - neutral objects on stdin, GramJS's bytes as hex on stdout. The first line written says
// its layer and the ids it knows.
const { createRequire } = require('module')
const theirs = createRequire(process.env.TEST_ENV + '/package.json')
const { LAYER, tlobjects } = theirs('telegram/tl/AllTLObjects')
const bigInt = theirs('big-integer')

const camel = s => s.replace(/_([a-z])/g, (_, c) => c.toUpperCase())

function build(v) {
	if (Array.isArray(v)) return v.map(build)
	if (v === null || typeof v !== 'object') return v
	if ('l' in v) return bigInt(v.l)
	if ('b' in v) return Buffer.from(v.b, 'hex')
	const args = {}
	for (const [k, x] of Object.entries(v.f)) args[camel(k)] = build(x)
	return new tlobjects[parseInt(v.id, 16)](args)
}

console.log(JSON.stringify({ layer: LAYER, ids: Object.keys(tlobjects).map(k => (Number(k) >>> 0).toString(16).padStart(8, '0')) }))
require('readline').createInterface({ input: process.stdin }).on('line', line => {
	let out
	try {
		out = build(JSON.parse(line)).getBytes().toString('hex')
	} catch (e) {
		out = 'skip ' + String(e && e.message).replace(/\n/g, ' ')
	}
	console.log(out)
})
