import { describe, expect, it } from 'vitest'
import { OptionError, parseOptions, usage } from '../src/demo/options.ts'
import { Screen } from '../src/demo/screen.ts'
import { renderTable } from '../src/demo/table.ts'
import { Timeline } from '../src/demo/timeline.ts'

function written(
  output: { isTTY?: boolean; columns?: number },
  environment: NodeJS.ProcessEnv,
  news = 'MemoryPressure',
): string {
  let text = ''
  const screen = new Screen({ ...output, write: part => (text += part) }, environment)
  const timeline = new Timeline(screen)
  timeline.begin()
  timeline.progress('12 requests')
  timeline.add('fired', news)
  timeline.end()
  return text
}
const ESCAPE = '\u001B['

describe('the timeline', () => {
  it('writes plain lines where there is no terminal, even with FORCE_COLOR', () => {
    expect(written({}, { FORCE_COLOR: '1' })).toBe(
      ' 0:00  now         12 requests\n 0:00  fired       MemoryPressure\n',
    )
  })

  it('keeps a line of progress below the news on a terminal, and removes it in the end', () => {
    const text = written({ isTTY: true, columns: 80 }, {})
    expect(text).toContain(`${ESCAPE}31mfired`)
    expect(text.endsWith('\r\u001B[2K')).toBe(true)
  })

  it('has no colours where NO_COLOR is set', () => {
    expect(written({ isTTY: true, columns: 80 }, { NO_COLOR: '1' })).not.toContain(`${ESCAPE}31m`)
  })

  it('reports everything but alerts that end because the shop stops', () => {
    let text = ''
    const timeline = new Timeline(new Screen({ write: more => (text += more) }, {}))
    timeline.close()
    timeline.addNews([{ kind: 'over', text: 'MemoryPressure: its condition no longer holds' }])
    timeline.add('shop', 'did not close cleanly')
    expect(text).toMatch(/^ +shop +did not close cleanly\n$/)
  })

  it('cuts the progress to the width of the terminal', () => {
    const longest = written({ isTTY: true, columns: 10 }, { NO_COLOR: '1' })
      .split(/[\r\n]/)
      .map(line => line.replace('\u001B[2K', ''))
    expect(longest.filter(line => line.includes('req'))).toEqual([])
  })
})

describe('a long text of the timeline', () => {
  it('is wrapped below itself, so that 80 columns are enough', () => {
    const text = written({ isTTY: true, columns: 80 }, { NO_COLOR: '1' }, 'word '.repeat(40).trim())
    const lines = text
      .replaceAll(`\r${ESCAPE}2K`, '\n')
      .split('\n')
      .filter(line => line.includes('word'))
    expect(lines.length).toBeGreaterThan(2)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(80)
  })
})

describe('the table', () => {
  it('wraps its last column', () => {
    const rows = [['heap in use', '84 %', 'removed 4,431 expired entries from one cache']]
    expect(renderTable(['signal', 'before', 'receipt'], rows, 60)).toEqual([
      'signal       before  receipt',
      '-----------  ------  --------------------------------------',
      'heap in use  84 %    removed 4,431 expired entries from one',
      '                     cache',
    ])
  })
})

describe('the options', () => {
  it('show two shops and one seed by default', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      watch: false,
      durationMs: undefined,
      lanes: ['plain', 'homeostat'],
      seed: 1,
      seeds: 1,
    })
  })

  it('are explained in 80 columns', () => {
    expect(Math.max(...usage.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  it('take lanes in any order, Homeostat last, and several seeds with Homeostat alone', () => {
    expect(parseOptions(['--lanes', 'all']).lanes).toEqual(['plain', 'static', 'homeostat'])
    expect(parseOptions(['--lanes', 'homeostat,plain']).lanes).toEqual(['plain', 'homeostat'])
    expect(parseOptions(['--seeds', '20', '--seed', '7'])).toMatchObject({ lanes: ['homeostat'], seed: 7, seeds: 20 })
  })

  it.each([
    ['--durations', '60'],
    ['--duration', 'long'],
    ['--duration', '500'],
    ['--lanes', 'fast'],
    ['--lanes', ''],
    ['--seed', '1.5'],
    ['--seed', ''],
    ['--seeds', '0'],
    ['--watch', '--lanes', 'plain'],
    ['--watch', '--seeds', '2'],
    ['now'],
  ])('refuse %s %s %s', (...args) => {
    expect(() => parseOptions(args.filter(each => each !== undefined))).toThrow(OptionError)
  })
})
