"""help.getConfig by clients of many ages, each at its own layer, and each on the data centre that it believes in."""
import asyncio

from harness import expect, expect_equal

LAYERS = {'telethon-old': 133, 'pyrogram': 158, 'gramjs': 198, 'telethon': 224, 'mtcute': 227, 'telethon-new': 229}


def config_test(library, **options):
    async def test(stage):
        c = await stage.client(library, **options)
        expect_equal(c.hello['layer'], LAYERS[library], 'the layer of ' + c.hello['library'])
        expect_equal(c.hello['authorized'], False, 'nobody is signed in')
        config = await c.config()
        expect_equal(config, {'this_dc': 2, 'nearest_dc': 2, 'dcs': [1, 2, 3, 4, 5]}, 'help.getConfig of ' + c.hello['library'])
        await c.disconnect()
    return test


for library in LAYERS:
    globals()['test_' + library] = config_test(library)
for transport in 'abridged', 'intermediate', 'obfuscated', 'http':
    globals()['test_telethon_' + transport] = config_test('telethon', transport=transport)
for transport in 'abridged', 'obfuscated', 'websocket':
    globals()['test_gramjs_' + transport] = config_test('gramjs', transport=transport)
test_mtcute_pfs = config_test('mtcute', pfs=True)


def calls(metrics, method):
    """How often the server was asked for it."""
    return sum(v for k, v in metrics.items() if 'calls' in k and '"%s"' % method in k)


async def test_tdlib(stage):
    """It starts on DC 1, and asks again and again where config.this_dc is another one than that of its connection."""
    before = calls(await stage.server.metrics(), 'help.getConfig')
    c = await stage.client('tdlib')
    expect((await c.config())['country'] is not None, 'help.getNearestDc')
    await asyncio.sleep(60)
    count = calls(await stage.server.metrics(), 'help.getConfig') - before
    expect(1 <= count <= 5, 'between 1 and 5 calls of help.getConfig in the first minute, not %d' % count)
    await c.disconnect()
