import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { advanceProof, beginProof, recordOf, type ProofRecord } from '@homeostat/lab/prove'
import { beforeEach, expect, test } from 'vitest'
import { checkReportPath, writeReport } from '../../src/cli/proofs/report-files.ts'
import { plan, START } from '../proof/proven-service.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-report-'))
})

function record(startedAt: number, isOver: boolean): ProofRecord {
  const direction = 'down' as const
  const begun = beginProof({ knob: 'plant.valve', from: 8, to: 4, expr: 'pressure', direction, ...plan }, startedAt)
  const end = { type: 'end', why: 'aborted', detail: 'a person has aborted it' } as const
  return recordOf(isOver ? advanceProof(begun, end, startedAt + 1000) : begun)
}

const names = (paths: readonly string[]): string[] => paths.map(path => basename(path))

test('files of another proof are kept, and a later report on the same proof replaces the earlier one', () => {
  const base = join(folder, 'report')
  expect(names(writeReport(record(START, false), base))).toEqual(['report.html', 'report.json'])
  expect(names(writeReport(record(START, true), base))).toEqual(['report.html', 'report.json'])
  const first = readFileSync(`${base}.json`, 'utf8')
  expect(JSON.parse(first)).toMatchObject({ proof: { state: 'over' } })
  expect(names(writeReport(record(START + 60_000, true), base))).toEqual(['report-2.html', 'report-2.json'])
  expect(readFileSync(`${base}.json`, 'utf8')).toBe(first)
})

test.each(['html', 'json'])('a file .%s that is no report is kept', ending => {
  const base = join(folder, 'index')
  writeFileSync(`${base}.${ending}`, 'mine')
  expect(names(writeReport(record(START, true), base))).toEqual(['index-2.html', 'index-2.json'])
  expect(readFileSync(`${base}.${ending}`, 'utf8')).toBe('mine')
})

test('a path where nothing can be written is known before, and the check leaves nothing behind', () => {
  checkReportPath(join(folder, 'report'))
  expect(readdirSync(folder)).toEqual([])
  expect(() => checkReportPath(join(folder, 'missing', 'report'))).toThrow(
    /report\.html' cannot be written: the folder '.*missing' does not exist; choose another with --out$/,
  )
})
