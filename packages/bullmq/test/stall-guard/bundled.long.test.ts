import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startRedis } from '@homeostat/services'
import { Queue } from 'bullmq'
import { build } from 'esbuild'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { LOCK_MS } from './guarded.ts'

const require = createRequire(import.meta.url)
const domain = fileURLToPath(new URL('../../dist/domain.js', import.meta.url))
const instrumentation = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** An application that is one file: its libraries, and the thread of the guard, are in it. */
const APPLICATION = `
import { BullMQInstrumentation } from ${JSON.stringify(instrumentation)}
import { receiptText, StallGuard } from ${JSON.stringify(domain)}
import { Worker } from ${JSON.stringify(require.resolve('bullmq'))}
const instrumentation = new BullMQInstrumentation()
const { workers, registry } = instrumentation
new StallGuard({ workers, registry, onReceipt: receipt => process.send(receiptText(receipt)) })
instrumentation.enable()
const [port, blockMs, lockDuration] = process.argv.slice(2).map(Number)
const block = async () => { const until = performance.now() + blockMs; while (performance.now() < until); }
const worker = new Worker('q', block, { prefix: 'bundled', connection: { port }, lockDuration })
// No hook finds a class inside of a bundle.
instrumentation.observeWorker(worker)
worker.on('error', () => {})
`

it.each(['cjs', 'esm'] as const)(
  'the guard works in an application that is one file of %s, without node_modules',
  async format => {
    await using server = await startRedis({ from: ['path', 'debian-packages'] })
    const folder = await mkdtemp(join(tmpdir(), 'homeostat-bundled-'))
    const file = join(folder, format === 'cjs' ? 'app.cjs' : 'app.mjs')
    // CommonJS has these names, and an ES module has not.
    const esm = [
      "import { createRequire as requireOf } from 'node:module'",
      "import { fileURLToPath as pathOf } from 'node:url'",
      'const require = requireOf(import.meta.url), __filename = pathOf(import.meta.url), __dirname = pathOf(new URL(".", import.meta.url))',
    ].join('\n')
    await build({
      stdin: { contents: APPLICATION, resolveDir: import.meta.dirname },
      bundle: true,
      platform: 'node',
      format,
      outfile: file,
      ...(format === 'esm' && { banner: { js: esm } }),
      external: ['pg', '@valkey/valkey-glide'],
      logLevel: 'error',
    })
    const redis = new Redis(server.url)
    const queue = new Queue('q', { prefix: 'bundled', connection: { port: server.port } })
    const child = fork(file, [server.port, 4 * LOCK_MS, LOCK_MS].map(String), { cwd: folder })
    const texts: string[] = []
    child.on('message', text => texts.push(text as string))
    const names = async (): Promise<string> => String(await redis.client('LIST'))
    await expect.poll(names, { timeout: 20_000 }).toContain('name=homeostat-stall-guard')
    await queue.add('pdf', {})
    await expect.poll(() => texts, { timeout: 20_000 }).toHaveLength(1)
    expect(texts[0]).toContain('kept the lock of 1 job "pdf" of the queue "q"')
    child.kill('SIGKILL')
    await queue.close()
    redis.disconnect()
    await rm(folder, { recursive: true })
  },
)
