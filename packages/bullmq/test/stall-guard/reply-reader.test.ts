import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RedirectionError, RedisTroubleError, errorOfReply, troubleOf } from '../../src/redis/redis-trouble.ts'
import { ReplyReader, type Reply } from '../../src/stall-guard/thread/reply-reader.ts'

function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n'
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`
  if (reply instanceof Error) return `-${reply.message}\r\n`
  return `*${reply.length}\r\n${reply.map(encode).join('')}`
}

const { reply } = fc.letrec<{ reply: Reply; list: Reply }>(tie => ({
  reply: fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null), tie('list')),
  list: fc.array(tie('reply'), { maxLength: 4 }),
}))

it('reads replies however the network cuts them', () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 5 }), fc.array(fc.nat(20)), (replies, cuts) => {
      const bytes = Buffer.from(replies.map(encode).join(''))
      const reader = new ReplyReader()
      const read: Reply[] = []
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        read.push(...reader.push(bytes.subarray(at, at + cut)))
        at += cut
      }
      expect(read).toEqual(replies)
    }),
  )
})

it('refuses what is not Redis', () => {
  expect(() => new ReplyReader().push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(RedisTroubleError)
})

it('names the trouble of an error reply, and keeps nothing of its text', () => {
  const texts = {
    'NOAUTH Authentication required.': 'credentials',
    'WRONGPASS invalid username-password pair or user is disabled.': 'credentials',
    "NOPERM this user has no permissions to run the 'eval' command": 'permission',
    "ERR The user executing the script can't run this command or subcommand script: 1, on @user_script:3.":
      'permission',
    "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments":
      'permission',
    "READONLY You can't write against a read only replica. script: 1, on @user_script:3.": 'read-only',
    "OOM command not allowed when used memory > 'maxmemory'.": 'memory',
    'LOADING Redis is loading the dataset in memory': 'unready',
    'ERR unknown command bull:secret:key': 'refused',
  }
  for (const [text, trouble] of Object.entries(texts)) {
    const error = errorOfReply(text)
    expect(troubleOf(error).trouble).toBe(trouble)
    expect(JSON.stringify([error.message, troubleOf(error)])).not.toMatch(/secret|user|script/)
  }
  expect(errorOfReply('MOVED 3999 127.0.0.1:6381')).toBeInstanceOf(RedirectionError)
  expect(troubleOf(Object.assign(new Error('connect ECONNREFUSED secret:6379'), { code: 'ECONNREFUSED' }))).toEqual({
    trouble: 'unreachable',
    code: 'ECONNREFUSED',
  })
  expect(troubleOf('anything')).toEqual({ trouble: 'unknown' })
})
