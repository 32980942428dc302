import { expect, test } from 'vitest'
import { MOST_ITEMS, News } from '../page/state/news.ts'
import type { NewsItem } from '../src/wire/news-item.ts'

const item = (id: string, kind: NewsItem['kind'] = 'alert'): NewsItem => ({
  id,
  entry: Number(id.split('.')[0]),
  kind,
  at: 0,
  tone: 'plain',
  tag: 'firing',
  text: id,
  about: id,
})

test('entries that come again after a reconnection are there once, the latest first', () => {
  const news = new News()
  news.add([item('1.0'), item('1.1', 'verdict')])
  news.add([item('1.1', 'verdict'), item('2.0')])
  expect(news.of(new Set()).map(({ id }) => id)).toEqual(['2.0', '1.1', '1.0'])
  expect(news.of(new Set(['verdict'] as const)).map(({ id }) => id)).toEqual(['1.1'])
})

test('what was missed stands where it belongs, and nothing is there twice', () => {
  const news = new News()
  news.add([item('1.0'), item('9.0')])
  news.add([item('1.0'), item('4.1'), item('4.0'), item('4.1'), item('9.0'), item('12.0')])
  expect(news.items.map(({ id }) => id)).toEqual(['1.0', '4.1', '4.0', '9.0', '12.0'])
})

test(`at most ${MOST_ITEMS} entries are kept`, () => {
  const news = new News()
  for (let batch = 0; batch < 11; batch++)
    news.add(Array.from({ length: 1000 }, (_, index) => item(`${batch}.${index}`)))
  expect(news.items).toHaveLength(MOST_ITEMS)
  expect(news.items[0]?.id).toBe('1.0')
})
