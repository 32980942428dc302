import { expect, test } from 'vitest'
import { descriptionOf, unitOf } from '../../src/feed/unit.ts'

test.each([
  ['a / b', { summary: '{{ $value | humanizePercentage }} are hits' }, 'ratio'],
  ['p99', { summary: 'it takes {{ $value | humanizeDuration }}' }, 'seconds'],
  ['rss', { description: '{{ $value | humanize1024 }}B' }, 'bytes'],
  ['shop_loop_lag_seconds', {}, 'seconds'],
  ['used_bytes{area="heap"}', {}, 'bytes'],
  ['rate(used_bytes[1m])', {}, 'plain'],
  ['waiting', { summary: '{{ $value }} wait' }, 'plain'],
])('the number %s of a rule that says %o is in %s', (expr, texts, unit) => {
  expect(unitOf(expr, texts as Record<string, string>)).toBe(unit)
})

test('what a rule says about itself has no templates in it', () => {
  expect(descriptionOf({ summary: '{{ $value }} jobs wait in {{ $labels.queue }}' })).toBe('… jobs wait in …')
  expect(descriptionOf()).toBe('')
})
