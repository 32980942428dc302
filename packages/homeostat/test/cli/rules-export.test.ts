import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nameStyles } from '@homeostat/dashboards'
import { parseRuleFile } from '@homeostat/promql/rule-files'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { domainsOf } from '../../src/domains/domains.ts'
import { commandRun, type CommandRun } from './command-run.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-rules-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]): Promise<CommandRun> => commandRun(folder, ['rules', 'export', ...args])

/** The expressions of a rule file, by alert or record. */
function expressions(text: string): Map<string, string> {
  const { groups, errors } = parseRuleFile(text, { file: 'homeostat.rules.yml' })
  expect(errors).toEqual([])
  return new Map(
    groups.flatMap(({ rules }) => rules.map(rule => ['alert' in rule ? rule.alert : rule.record, rule.expr])),
  )
}

describe('homeostat rules export', () => {
  it('writes the rules of all packages, for each process of a server', async () => {
    const { code, out, error } = await run()
    expect({ code, error }).toEqual({ code: 0, error: '' })
    const given = domainsOf({}).flatMap(([{ rules = [] }]) => rules)
    const { groups } = parseRuleFile(out, { file: 'homeostat.rules.yml' })
    const rules = groups.flatMap(group => group.rules)
    expect(rules.map(rule => ({ ...rule, expr: '' }))).toEqual(given.map(rule => ({ ...rule, expr: '' })))
    for (const { expr } of rules) {
      const grouped = [...expr.matchAll(/\b(?:sum|max|on)\b ?(.{0,20})/g)]
      expect(grouped.length, expr).toBeGreaterThan(0)
      for (const [, labels] of grouped) expect(labels, expr).toMatch(/^(?:by )?\(job, instance/)
    }
    expect(groups.map(({ name }) => name)).toContain('homeostat-pg')
  })

  it('takes thresholds from the variables, as the application does', async () => {
    vi.stubEnv('HOMEOSTAT_BULLMQ_MAX_WAIT_SECONDS', '90')
    const { out } = await run('--package=bullmq')
    const found = expressions(out)
    expect([...found.keys()]).toEqual(['QueueBacklog', 'JobsDelayLoop', 'JobsExhaustPool'])
    expect(found.get('QueueBacklog')).toBe(
      'max by (job, instance, bullmq_queue_name) (homeostat_queue_oldest_waiting_age) > 90',
    )
  })

  it('writes the names of a server that receives OTLP, and a label of the service', async () => {
    const { out } = await run('--names=UnderscoreEscapingWithSuffixes', '--label=job=shop', '--label=env=prod')
    const found = expressions(out)
    expect(found.get('QueueBacklog')).toBe(
      'max by (job, instance, bullmq_queue_name) (homeostat_queue_oldest_waiting_age_seconds{job="shop", env="prod"}) > 30',
    )
    // Each selector has the labels.
    for (const expr of found.values()) expect(expr.split('job="shop", env="prod"').length).toBeGreaterThan(1)
  })

  it('knows every style of names that dashboards are written in', async () => {
    for (const style of nameStyles.filter(each => each !== 'datadog')) {
      const { code, out, error } = await run(`--names=${style}`, '--package=bullmq')
      expect({ style, code, error }).toEqual({ style, code: 0, error: '' })
      expect(expressions(out).size).toBe(3)
    }
    const { out } = await run('--names=NoTranslation', '--package=bullmq')
    expect(expressions(out).get('QueueBacklog')).toBe(
      'max by (job, instance, "bullmq.queue.name") ({__name__="homeostat.queue.oldest_waiting.age"}) > 30',
    )
    expect(out).toContain('(index $labels "bullmq.queue.name")')
    expect((await run('--names=units')).error).toContain(
      "'--names' must be one of plain, UnderscoreEscapingWithSuffixes, ",
    )
    // What other instrumentations measure has such names as well.
    const host = await run('--package=runtime', '--names=NoUTF8EscapingWithSuffixes')
    expect(host.out).toContain('{__name__="system.network.errors_total", "system.device"!="lo"')
  })

  it.each([
    [['--names=dots'], "got 'dots'"],
    [['--names=datadog'], "got 'datadog'; 'homeostat dashboards --names=datadog' writes monitors for Datadog"],
    [['--label=a-b=c'], "'--label' must be NAME=VALUE, got 'a-b=c'"],
    [['--package=pgg'], "got 'pgg'"],
    [['stray'], "unexpected 'stray'"],
  ])('refuses %j in one line', async (args, reason) => {
    const { code, out, error } = await run(...args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(error).toContain(reason)
    expect(error.trim().split('\n')).toHaveLength(1)
  })
})
