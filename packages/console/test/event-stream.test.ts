import { expect, test } from 'vitest'
import { EventStreamReader } from '../page/state/event-stream.ts'

test('events are read whole, wherever the stream was cut', () => {
  const text = ': here\n\nevent: hello\ndata: {"at":1}\n\nevent: news\ndata: [{"text":"ä\\n"}]\n\nevent: half'
  for (let cut = 0; cut <= text.length; cut++) {
    const reader = new EventStreamReader()
    expect([...reader.read(text.slice(0, cut)), ...reader.read(text.slice(cut))]).toEqual([
      { event: 'hello', data: '{"at":1}' },
      { event: 'news', data: '[{"text":"ä\\n"}]' },
    ])
  }
})
