import { mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ProgramFiles } from '../../src/reload/program-files.ts'

const rules = (limit: number): string => `groups: [{ name: g, rules: [{ alert: Hot, expr: temperature > ${limit} }] }]`
const responses = (action: string): string => `responses: [{ alert: Hot, action: ${action}, priority: slo }]`

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'homeostat-files-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Files that are looked at often, so that the test is short, and what comes of them. */
function watched(
  ruleFile: string,
  responseFile: string,
): { swapped: string[]; warnings: string[]; files: ProgramFiles } {
  const swapped: string[] = []
  const warnings: string[] = []
  const files = new ProgramFiles({
    ruleFiles: [ruleFile],
    responseFiles: [responseFile],
    base: { rules: [], actions: new Set(['fan.on', 'fan.off']), intervalMs: 5000 },
    swap: read => void swapped.push(`${read.rules[0]?.rules[0]?.expr} -> ${read.responses[0]?.action}`),
    warn: message => warnings.push(message),
    onFault: () => undefined,
    pollMs: 20,
  })
  onTestFinished(() => files[Symbol.dispose]())
  return { swapped, warnings, files }
}

test('files are read at the start, and again when one of them changes, as a whole', async () => {
  const [ruleFile, responseFile] = [join(folder(), 'rules.yml'), join(folder(), 'responses.yml')]
  writeFileSync(ruleFile, rules(80))
  writeFileSync(responseFile, responses('fan.on'))
  const { swapped, warnings, files } = watched(ruleFile, responseFile)
  await files.loaded
  expect(swapped).toEqual(['temperature > 80 -> fan.on'])

  writeFileSync(ruleFile, rules(90))
  await vi.waitFor(() => expect(swapped).toHaveLength(2))
  writeFileSync(responseFile, responses('fan.off'))
  await vi.waitFor(() => expect(swapped).toHaveLength(3))
  expect(swapped.slice(1)).toEqual(['temperature > 90 -> fan.on', 'temperature > 90 -> fan.off'])
  expect(warnings).toEqual([])
})

test('files with a mistake change nothing and are reported once, and are read again when they are corrected', async () => {
  const [ruleFile, responseFile] = [join(folder(), 'rules.yml'), join(folder(), 'responses.yml')]
  writeFileSync(ruleFile, rules(80))
  writeFileSync(responseFile, responses('fan.on'))
  const { swapped, warnings, files } = watched(ruleFile, responseFile)
  await files.loaded

  // Good rules with a bad response: not half of it.
  writeFileSync(ruleFile, rules(90))
  writeFileSync(responseFile, responses('fan.onn'))
  await vi.waitFor(() => expect(warnings).toContainEqual(expect.stringContaining('"fan.onn"')))
  const said = warnings.length
  utimesSync(responseFile, new Date(), new Date())
  await sleep(200)
  expect(warnings).toHaveLength(said)
  expect(warnings.at(-1)).toBe(
    `rule and response files are not loaded, their earlier content stays in force: ${responseFile}:1:35: no package in use provides an action or a knob "fan.onn"; did you mean fan.on?; "homeostat rules check" shows all errors`,
  )
  expect(swapped).not.toContainEqual(expect.stringContaining('fan.onn'))

  writeFileSync(responseFile, responses('fan.off'))
  await vi.waitFor(() => expect(swapped.at(-1)).toBe('temperature > 90 -> fan.off'))
})

test('a file that is missing at the start is waited for', async () => {
  const [ruleFile, responseFile] = [join(folder(), 'rules.yml'), join(folder(), 'responses.yml')]
  writeFileSync(ruleFile, rules(80))
  const { swapped, warnings, files } = watched(ruleFile, responseFile)
  await files.loaded
  expect(swapped).toEqual([])
  expect(warnings).toEqual([
    expect.stringMatching(
      /nothing of them is in force: \/.*responses\.yml cannot be read \(ENOENT\); check its path and its permissions/,
    ),
  ])

  writeFileSync(responseFile, responses('fan.on'))
  await vi.waitFor(() => expect(swapped).toEqual(['temperature > 80 -> fan.on']))
  expect(warnings).toHaveLength(1)
})

test('files that are replaced by way of a link are seen, as Kubernetes mounts them', async () => {
  const path = folder()
  for (const [version, limit] of [
    ['v1', 80],
    ['v2', 90],
  ] as const) {
    writeFileSync(join(path, `${version}.rules`), rules(limit))
    writeFileSync(join(path, `${version}.responses`), responses('fan.on'))
  }
  const link = (version: string): void => {
    for (const name of ['rules', 'responses']) {
      symlinkSync(`${version}.${name}`, join(path, 'next'))
      renameSync(join(path, 'next'), join(path, name))
    }
  }
  link('v1')
  const { swapped, files } = watched(join(path, 'rules'), join(path, 'responses'))
  await files.loaded
  link('v2')
  await vi.waitFor(() => expect(swapped).toEqual(['temperature > 80 -> fan.on', 'temperature > 90 -> fan.on']))
})

test('once disposed of, files are no longer checked', async () => {
  const [ruleFile, responseFile] = [join(folder(), 'rules.yml'), join(folder(), 'responses.yml')]
  writeFileSync(ruleFile, rules(80))
  writeFileSync(responseFile, responses('fan.on'))
  const { swapped, files } = watched(ruleFile, responseFile)
  await files.loaded
  files[Symbol.dispose]()
  writeFileSync(ruleFile, rules(90))
  await sleep(200)
  expect(swapped).toHaveLength(1)
})
