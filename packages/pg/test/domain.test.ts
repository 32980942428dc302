import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pg } from '../src/domain.ts'
import { VERSION } from '../src/version.ts'

describe('the domain', () => {
  it('answers only alerts it raises, with actions it provides', () => {
    const { rules, responses, actions, knobs } = pg()
    for (const response of responses) {
      expect(rules.map(({ alert }) => alert)).toContain(response.to.alert)
      expect([...actions, ...knobs].map(({ name }) => name)).toContain(response.action)
    }
  })

  it('has no effect until its instrumentation is enabled', () => {
    expect(pg().instrumentation.getConfig().enabled).toBe(false)
  })

  it('carries the version of its package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(VERSION).toBe(manifest.version)
    expect(pg().instrumentation.instrumentationVersion).toBe(VERSION)
  })
})
