import { describe, expect, it } from 'vitest'
import { start } from './main-process.ts'

// Servers of its own, whatever the environment of the tests has.
const environment = { DATABASE_URL: '', REDIS_URL: '', PORT: '0' }

describe('npm start', () => {
  it('explains itself and its exit codes', async () => {
    await using demo = start('demo.ts', ['--help'], environment)
    expect(await demo.ended).toEqual({ code: 0, signal: null })
    expect(demo.output()).toContain('--watch')
  })

  it('refuses wrong options in one line with exit code 2', async () => {
    await using demo = start('demo.ts', ['--wach'], environment)
    expect(await demo.ended).toEqual({ code: 2, signal: null })
    expect(demo.output()).toMatch(/^demo: Unknown option '--wach'.*see --help\n$/)
  })

  it('stops everything on Ctrl-C and ends with exit code 130', async () => {
    await using demo = start('demo.ts', ['--lanes', 'homeostat'], environment)
    await demo.said('listening on ')
    const shopUrl = /listening on (\S+)/.exec(demo.output())![1]!
    await demo.said('Look at it in a browser: http')
    expect((await fetch(`${shopUrl}/health`)).status).toBe(200)
    demo.child.kill('SIGINT')
    expect(await demo.ended).toEqual({ code: 130, signal: null })
    await expect(fetch(`${shopUrl}/health`)).rejects.toThrow('fetch failed')
    expect(demo.output()).not.toMatch(/\n\s+at /)
  })

  it('ends with exit code 1 and says what is missing when Homeostat may not act', async () => {
    const args = ['--duration', '30', '--lanes', 'homeostat']
    await using demo = start('demo.ts', args, { ...environment, HOMEOSTAT_DISABLED: '1' })
    expect(await demo.ended).toEqual({ code: 1, signal: null })
    expect(demo.output()).toContain('MISSING: expected query.optimize to run for SlowQueries, and it did not')
    expect(demo.output()).toContain('MISSING: expected shop.recommendations to run for ProductsAreViewed')
    expect(demo.output()).toContain('MISSING: expected a knob to be changed at the kill -9, and none was')
    expect(demo.output()).not.toContain('\u001B')
  })

  it('shows the shop as it was and the shop that a team has tuned, and promises nothing but the same visits', async () => {
    await using demo = start('demo.ts', ['--duration', '30', '--lanes', 'plain,static'], environment)
    const { code } = await demo.ended
    const output = demo.output()
    expect(output).toMatch(/^plain +[\d,]+ /m)
    expect(output).toMatch(/^static +[\d,]+ /m)
    expect(output).toContain('Nothing was promised of Homeostat: no shop had it.')
    expect(output).not.toContain('All that was promised')
    // A machine that is too busy loses visits, and then the demonstration has to say so.
    const isSame = !output.includes('MISSING: expected the shop ')
    expect(output).toContain(
      isSame ? 'All shops received the same visits (seed 1, ' : 'These visits were sent (seed 1, ',
    )
    expect(code, output).toBe(isSame ? 0 : 1)
  })
})
