import zlib from 'node:zlib'
import { logFirst } from '@homeostat/signals'
import type { Coding } from './coding.ts'
import { CODINGS } from './coding.ts'
import type { BodyPlan, Compression } from './compression.ts'
import { DEFAULT_STEP, type LevelOptions, levelOptions } from './compression-steps.ts'
import { compressAtOnce, type Compressor, createCompressor } from './compressors.ts'
import { currentBody } from './current-body.ts'

const reportFault = logFirst('the count of compressed bytes')

const NAMES: Readonly<Record<Coding, readonly [sync: string, stream: string]>> = {
  zstd: ['zstdCompressSync', 'createZstdCompress'],
  br: ['brotliCompressSync', 'createBrotliCompress'],
  gzip: ['gzipSync', 'createGzip'],
}

/**
 * `node:zlib` with compressors whose level is the one in force, whatever options they are called with: for libraries that take their
 * `zlib` as an option, as `@fastify/compress` does. Each body is counted. The options of the caller stand while its own level is
 * in force, which is at the default step.
 */
export function steeredZlib(compression: Compression): typeof zlib {
  const steered: Record<string, unknown> = { ...zlib }
  for (const coding of CODINGS) {
    const [sync, stream] = NAMES[coding]
    steered[sync] = (body: Uint8Array, options?: object): Buffer => {
      const plan = planOf(compression, coding)
      const startedAt = performance.now()
      const sent = compressAtOnce(coding, body, optionsOf(coding, plan, options))
      plan.record(body.length, sent.length, (performance.now() - startedAt) / 1000)
      if (compression.wants(plan, body.length)) compression.offer(plan, Buffer.from(body))
      return sent
    }
    steered[stream] = (options?: object): Compressor => {
      const plan = planOf(compression, coding)
      return counted(createCompressor(coding, optionsOf(coding, plan, options), false), plan)
    }
  }
  return steered as unknown as typeof zlib
}

/** A body that reached the compressor is compressed, whatever was decided meanwhile: its headers say so. */
function planOf(compression: Compression, coding: Coding): BodyPlan {
  const current = currentBody.getStore()?.plan
  const plan =
    current === undefined
      ? compression.plan(undefined, coding)
      : current.coding === coding
        ? current
        : compression.planOf(current.routeClass, coding)
  return plan.coding === undefined ? { ...plan, coding, step: 1, options: levelOptions(coding, 1) } : plan
}

/** The level of the plan over the options of the caller. */
function optionsOf(coding: Coding, { step, options }: BodyPlan, given: object | undefined): LevelOptions {
  const own = { ...given } as LevelOptions
  const isTheirs = step === DEFAULT_STEP && hasLevel(coding, own)
  if (isTheirs) return own
  // zstd takes its level as a parameter: `level` is for gzip, and is ignored.
  if (coding === 'gzip') return { ...own, ...options }
  return { ...own, params: { ...own.params, ...options.params } }
}

function hasLevel(coding: Coding, { level, params = {} }: LevelOptions): boolean {
  if (coding === 'gzip') return level !== undefined
  const { BROTLI_PARAM_QUALITY, ZSTD_c_compressionLevel } = zlib.constants
  return params[coding === 'br' ? BROTLI_PARAM_QUALITY : ZSTD_c_compressionLevel] !== undefined
}

/** Counts what goes through a compressor, without a listener that would change how it flows. */
export function counted(compressor: Compressor, plan: BodyPlan): Compressor {
  let plainBytes = 0
  let sentBytes = 0
  let busyMs = 0
  const transform = compressor._transform.bind(compressor)
  const push = compressor.push.bind(compressor)
  compressor._transform = (chunk: Uint8Array, encoding, callback): void => {
    const startedAt = performance.now()
    plainBytes += chunk.length
    transform(chunk, encoding, (...results) => {
      busyMs += performance.now() - startedAt
      callback(...results)
    })
  }
  compressor.push = (chunk: Uint8Array | null, encoding?: BufferEncoding): boolean => {
    if (chunk !== null) sentBytes += chunk.length
    else {
      try {
        plan.record(plainBytes, sentBytes, busyMs / 1000)
      } catch (error) {
        reportFault(error)
      }
    }
    return push(chunk, encoding)
  }
  return compressor
}
