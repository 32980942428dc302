import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'
import { compressionRows } from '../src/http/compression-rows.ts'
import { warmingRows } from '../src/http/warming-rows.ts'

it('no body is corrupted while levels change, zstd pays, a trial says so, and a harmful level is reverted', async () => {
  const rows: ChaosRow[] = []
  await compressionRows({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(7)
  expect(rows.filter(row => row['met'] === false)).toEqual([])
}, 300_000)

it('popular content is at the edge again after a purge', async () => {
  const rows: ChaosRow[] = []
  await warmingRows({ short: true, seed: 1, report: row => rows.push(row) })
  expect(rows).toHaveLength(2)
  expect(rows.filter(row => row['met'] === false)).toEqual([])
}, 300_000)
