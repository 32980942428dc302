import { describeCoordinator } from '@homeostat/conformance'
import type { Action, Domain, HomeostatOptions } from 'homeostat'
import { homeostat } from 'homeostat'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { BOARD, Board, type BoardCoordinator } from '../src/board.ts'

const server = new Board('board-1:9000')

describeCoordinator<BoardCoordinator>('a coordinator that an application brings', {
  create: service => server.coordinator(service),
  unreachable: service => server.coordinator(service, { isCut: true }),
  effect: (coordinator, lease, once) => coordinator.effect(lease, once),
  count: async () => server.effects,
})

/** Nothing but an engine: no signals, no rules, no actions. */
function domainOf(...boards: readonly Board[]): Domain {
  return {
    name: 'blackboards',
    engine: BOARD,
    coordinators: service =>
      boards.map(board => ({ engine: BOARD.name, address: board.address, create: () => board.coordinator(service) })),
    stateStores: service =>
      boards.map(board => ({ engine: BOARD.name, address: board.address, create: () => board.store(service) })),
  }
}

function start(options: HomeostatOptions) {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const h = homeostat({ autoStart: false, warmUpMs: 0, environment: {}, service: 'shop', log: false, ...options })
  const warnings = warn.mock.calls.map(([line]) => String(line).replace('homeostat: ', ''))
  warn.mockClear()
  onTestFinished(async () => {
    vi.restoreAllMocks()
    await h.stop()
  })
  const keptAt = (thing: string): string | undefined => h.report().kept.find(({ what }) => what === thing)?.where
  return { h, warnings, keptAt }
}

/** An action on something that all processes share, and an alert that always asks for it. */
function purging() {
  const ran: string[] = []
  const purge = (by: string): Action => ({
    name: 'cdn.purge',
    scope: 'shared',
    kind: 'change',
    touches: [],
    raises: [],
    lowers: [],
    risk: 0,
    run: async () => {
      ran.push(by)
      return { summary: 'purged', effects: { purged: 1 } }
    },
  })
  const options = (by: string): HomeostatOptions => ({
    mode: 'act',
    actions: [purge(by)],
    rules: [{ alert: 'Stale', expr: 'vector(1)' }],
    responses: [{ to: { alert: 'Stale' }, action: 'cdn.purge', priority: 'safety', cooldownMs: 1000 }],
  })
  return { ran, options }
}

describe('an engine that a domain provides', () => {
  it('lets one process of the service run a shared action, and the report says where they agree', async () => {
    const board = new Board('board-2:9000')
    const { ran, options } = purging()
    const processes = ['a', 'b'].map(by =>
      start({ ...options(by), domains: [domainOf(board)], coordinator: 'board', stateStore: 'board' }),
    )
    for (const { h } of processes) await h.optimizePerformance()
    await expect
      .poll(async () => {
        for (const { h } of processes) await h.optimizePerformance()
        return ran.length
      })
      .toBeGreaterThan(0)
    expect(new Set(ran).size).toBe(1)
    const { keptAt, warnings } = processes.at(-1)!
    expect(keptAt('leases')).toBe('board board-2:9000, 2 processes')
    expect(warnings).toEqual([])
  })

  it('is chosen by an environment variable as well, and named by its title', () => {
    const { keptAt, warnings } = start({
      domains: [domainOf(server)],
      environment: { HOMEOSTAT_STATE_STORE: 'board', HOMEOSTAT_COORDINATOR: 'board' },
    })
    expect(warnings).toEqual([])
    expect(keptAt('what was learned')).toMatch(/^(the Blackboard that the application uses|not decided yet)/)
  })

  it('an engine that no domain provides is refused with a list of those they do', () => {
    const { warnings } = start({ domains: [domainOf(server)], coordinator: 'bord', stateStore: 'etcd' })
    expect(warnings).toEqual([
      expect.stringMatching(/^coordinator is "bord", but must be .*redis, postgres or board.* did you mean board\?$/),
      expect.stringMatching(/^stateStore is .*, but must be redis, postgres, board or file/),
    ])
    expect(start({ coordinator: 'board' }).warnings).toEqual([
      expect.stringMatching(/^coordinator is .*, but must be false, or redis or postgres, or a coordinator/),
    ])
  })

  it('with two servers of it neither is used, and the refusal says what to do', async () => {
    const { options } = purging()
    const { h } = start({
      ...options('a'),
      domains: [domainOf(new Board('one:1'), new Board('two:1'))],
      coordinator: 'board',
    })
    await h.optimizePerformance()
    await expect
      .poll(async () => {
        await h.optimizePerformance()
        return h.explain('Stale')?.line
      })
      .toContain('2 Blackboard servers are in use (one:1, two:1); choose the one that coordinates')
  })

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('canary')
      },
    ],
    ['returns nothing', () => undefined],
    ['returns something else', () => [null, 5]],
  ])('a domain whose coordinators() %s costs no tick, and shared actions wait', async (_, coordinators) => {
    const { ran, options } = purging()
    const { h } = start({
      ...options('a'),
      domains: [{ name: 'broken', engine: BOARD, coordinators: coordinators as never }],
      coordinator: 'board',
    })
    await h.optimizePerformance()
    await h.optimizePerformance()
    expect(ran).toEqual([])
    expect(h.alerts().map(({ alert }) => alert)).toContain('Stale')
    expect(String(h.report()) + (h.explain('Stale')?.line ?? '')).not.toContain('canary')
  })
})
