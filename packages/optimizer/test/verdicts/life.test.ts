import { expect, test } from 'vitest'
import { evidenceOf } from '../../src/verdicts/evidence.ts'
import { alphaShares } from '../../src/verdicts/alpha-shares.ts'
import { History } from '../../src/verdicts/history.ts'
import { evidenceSection } from '../../src/verdicts/evidence-section.ts'
import { Histories, isWorthKeeping } from '../../src/verdicts/histories.ts'
import { parseSavedHistory, type SavedHistory } from '../../src/verdicts/saved-history.ts'
import type { Response } from '../../src/words/response.ts'
import type { JudgedTrial } from '../../src/words/trial.ts'
import { createNoise } from '../noise.ts'
import { freshLife } from '@homeostat/judge'

const DAY_MS = 86_400_000
const relief: Response = {
  to: { alert: 'PressureHigh' },
  action: 'relieve',
  priority: 'slo',
  expect: { expr: 'pressure', direction: 'down' },
}
const about = { alert: 'PressureHigh', action: 'relieve', version: '1', response: relief, intervalMs: 5000 }

/** A history whose action does nothing, and how it goes on. */
class Placebo {
  readonly noise = createNoise(3)
  readonly #response: Response
  history: History
  now = 0

  constructor(response = relief) {
    this.#response = response
    this.history = this.#begun()
  }

  #begun(): History {
    return new History({ ...about, response: this.#response, random: this.noise.uniform })
  }

  /** Trials of one generation, or so many. */
  run(most = 400): void {
    const { generation } = this.history.life
    for (let trial = 0; trial < most && this.history.life.generation === generation; trial++) {
      const { quarantine } = this.history.standing
      this.now = Math.max(this.now + 600_000, quarantine?.until ?? 0)
      const arm = this.history.draw()
      const level = (): number => 100 * Math.exp(0.1 * this.noise())
      const outcome =
        arm === 'act'
          ? { status: 'completed', receipt: { summary: '', effects: { valves: 1 } } }
          : { status: 'withheld' }
      const values = { before: [[this.now - 1, level()]], after: [[this.now + 1, level()]] }
      const judged = { arm, outcome, response: relief, startedAt: this.now, ...values } as unknown as JudgedTrial
      this.history.judge(judged, this.now)
    }
  }

  /** A restart: what was saved is read by a new process. */
  restart(): void {
    const saved = parseSavedHistory(JSON.parse(JSON.stringify(this.history.save())))
    this.history = this.#begun()
    this.history.restore(saved!)
  }
}

test('a quarantine begins a new generation, which has less to spend; a restart gives nothing back', () => {
  const placebo = new Placebo()
  const spent: number[] = []
  for (let generation = 1; generation <= 5; generation++) {
    const { alpha } = placebo.history.life
    spent.push(alpha.better)
    placebo.run()
    const { life } = placebo.history
    placebo.restart()
    expect(placebo.history.life).toEqual(life)
    expect(life.generation).toBe(generation + 1)
    expect(life.earlier.length).toBe(generation)
  }
  expect(spent).toEqual(spent.toSorted((a, b) => b - a))
  expect(spent.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(0.015)
})

test('a generation that ended before its first look has spent nothing', () => {
  const placebo = new Placebo()
  placebo.run(5)
  placebo.history.advance({ type: 'unfit', reason: 'its last 5 runs failed' }, placebo.now)
  expect(placebo.history.life).toEqual(freshLife())
  placebo.run(40)
  placebo.history.advance({ type: 'reset' }, placebo.now + DAY_MS)
  expect(placebo.history.life.generation).toBe(2)
})

test('evidence that another process saved cannot give back what is spent', () => {
  const placebo = new Placebo()
  const fresh = placebo.history.save()
  placebo.run()
  placebo.history.restore(fresh)
  expect(placebo.history.life.generation).toBe(2)
})

test('what an earlier release saved begins a life, and a file cannot lengthen one', () => {
  const saved = new Placebo().history.save()
  const { life, ...earlier } = saved
  expect(parseSavedHistory({ ...earlier, acts: [], controls: [] })?.life).toBeUndefined()
  const more = { ...life!, alpha: { better: 0.5, worse: 0.5 } }
  expect(parseSavedHistory({ ...saved, life: more })).toBeUndefined()
  expect(parseSavedHistory({ ...saved, life: { ...life, generation: 0 } })).toBeUndefined()
})

test('runs, designs and guards together spend no more than a generation has', () => {
  const life = freshLife()
  for (const hasDesign of [true, false]) {
    const { episodes, design, guards } = alphaShares(life, hasDesign)
    expect(episodes.better + design.better).toBeCloseTo(life.alpha.better, 12)
    expect(episodes.worse + design.worse + guards).toBeCloseTo(life.alpha.worse, 12)
  }
})

test('evidence says what the number is, and what is spent and left of the error', () => {
  const { estimand, life } = evidenceOf(new Placebo().history, 'act', 0)
  expect(life).toEqual(freshLife())
  expect(estimand).toBe(
    'the relative difference of the median of pressure from 60 s to 180 s after a run, against the same after a run that was withheld at random at about that time, given the 120 s before. ' +
      'better is lower, from 15 % on; harm begins at 5 %; no credit while the worst quarter of the values gets worse. ' +
      'sees an effect on the whole process that shows within 60 s; cannot see an effect that lasts longer than the cooldown of 300 s: it reaches the next control and looks smaller',
  )
})

/** The trial that answers by itself, with values that show nothing. */
function judgeDesigned(placebo: Placebo): void {
  const design = placebo.history.takeDesign(placebo.now)!
  const outcome = { status: 'completed', receipt: { summary: '', effects: { valves: 1 } } }
  const designed = { arm: 'act', outcome, response: split, startedAt: placebo.now, design, after: [], beside: [] }
  placebo.history.judge(designed as unknown as JudgedTrial, placebo.now)
}

const split: Response = { ...relief, design: { kind: 'split' } }

test('a restart does not repeat the trial that answers by itself', () => {
  const placebo = new Placebo(split)
  judgeDesigned(placebo)
  placebo.restart()
  expect(placebo.history.takeDesign(placebo.now)).toBeUndefined()

  placebo.history.advance({ type: 'reset' }, placebo.now)
  expect(placebo.history.life.generation).toBe(2)
  expect(placebo.history.takeDesign(placebo.now)).toBeDefined()
})

test('a trial that answers by itself and was cut short may begin again, since it has spent nothing', () => {
  const placebo = new Placebo(split)
  placebo.history.takeDesign(placebo.now)
  placebo.restart()
  expect(placebo.history.takeDesign(placebo.now)).toBeDefined()
  placebo.history.advance({ type: 'reset' }, placebo.now)
  expect(placebo.history.life.generation).toBe(1)
})

test('of two processes the one that has spent more counts, also within one generation', () => {
  const placebo = new Placebo()
  placebo.run()
  const { life, ...saved } = placebo.history.save()
  const less = { better: life!.left.better / 2, worse: life!.left.worse / 2 }
  placebo.history.restore({ ...saved, life: { ...life!, left: less } })
  expect(placebo.history.life.left).toEqual(less)
  placebo.history.restore({ ...saved, life: { ...life!, generation: 9 } })
  expect(placebo.history.life).toMatchObject({ generation: 9, left: less })
})

test('a history without room for its episodes is judged again as a new generation', () => {
  const histories = new Histories({ intervalMs: 5000, random: () => 0.5 })
  const placebo = new Placebo()
  placebo.run(12)
  const { life } = placebo.history
  histories.resume('PressureHigh relieve 1', placebo.history.save())
  const section = evidenceSection(histories)
  const [entry] = [...section.snapshot()]
  const short = section.parse(JSON.parse(JSON.stringify([...entry!.essence!()])) as unknown[], entry!.key)!
  expect(short).toMatchObject({ acts: [], controls: [], life: { generation: life.generation + 1 } })
  expect(short.life!.alpha.better + short.life!.left.better).toBeCloseTo(life.left.better, 12)
})

test('what is spent outlasts a reset by a person and a restart', () => {
  const placebo = new Placebo()
  placebo.run()
  placebo.history.advance({ type: 'reset' }, placebo.now)
  expect(isWorthKeeping(placebo.history.save())).toBe(true)
})

test('one of many processes that is wrong does not hand its verdict to all of them', () => {
  const histories = new Histories({ intervalMs: 5000, random: () => 0.5 })
  const placebo = new Placebo()
  placebo.run(28)
  const ours = placebo.history.save()
  histories.resume('key', ours)
  const { statistics } = placebo.history
  const wrong: SavedHistory = { ...ours, decided: { ...statistics!, verdict: 'effective' } }
  const { outweighs } = evidenceSection(histories)
  expect(outweighs!(wrong, 'key', 0)).toBe(false)
  // One that has more trials counts for more, whatever they found.
  const trials = { act: ours.trials.act + 1, control: ours.trials.control }
  expect(outweighs!({ ...ours, trials }, 'key', 0)).toBe(true)
})
