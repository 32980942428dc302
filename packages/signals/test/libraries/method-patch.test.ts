import { describe, expect, it } from 'vitest'
import { disposeTogether, patchMethod } from '../../src/index.ts'

class Greeter {
  greet(name: string): string {
    return `hello ${name}`
  }
}
class LoudGreeter extends Greeter {}

type Greet = Greeter['greet']
const louder = (original: Greet, isActive: () => boolean): Greet =>
  function (this: Greeter, name) {
    const greeting = original.call(this, name)
    return isActive() ? greeting.toUpperCase() : greeting
  }

describe('a patched method', () => {
  it('is replaced, and restored to the very same property', () => {
    const before = Object.getOwnPropertyDescriptor(Greeter.prototype, 'greet')
    const restore = patchMethod(Greeter.prototype, 'greet', louder)
    expect(new Greeter().greet('a')).toBe('HELLO A')
    expect([Greeter.prototype.greet.name, Greeter.prototype.greet.length]).toEqual(['greet', 1])
    expect(Object.keys(Greeter.prototype)).toEqual([])
    restore()
    expect(Object.getOwnPropertyDescriptor(Greeter.prototype, 'greet')).toEqual(before)
  })

  it('that is inherited leaves no own property behind', () => {
    const restore = patchMethod(LoudGreeter.prototype, 'greet', louder)
    expect([new Greeter().greet('a'), new LoudGreeter().greet('a')]).toEqual(['hello a', 'HELLO A'])
    restore()
    expect(Object.hasOwn(LoudGreeter.prototype, 'greet')).toBe(false)
    expect(new LoudGreeter().greet('a')).toBe('hello a')
  })

  it('that is a property of one object keeps being enumerable', () => {
    const object = { greet: (name: string) => `hello ${name}` }
    const original = object.greet
    const restore = patchMethod(object, 'greet', louder as never)
    expect(Object.keys(object)).toEqual(['greet'])
    restore()
    expect(object.greet).toBe(original)
  })

  it('that somebody else has wrapped since stays wrapped by them, and falls through', () => {
    const object = new Greeter()
    const restore = patchMethod(object, 'greet', louder)
    const ours = object.greet
    object.greet = name => `${ours.call(object, name)}!`
    const theirs = object.greet
    restore()
    expect(object.greet).toBe(theirs)
    expect(object.greet('a')).toBe('hello a!')
  })

  it('restored twice does not undo what came between', () => {
    const object = new Greeter()
    const restore = patchMethod(object, 'greet', louder)
    restore()
    const again = patchMethod(object, 'greet', louder)
    restore()
    expect(object.greet('a')).toBe('HELLO A')
    again()
    expect(Object.hasOwn(object, 'greet')).toBe(false)
  })

  it('that does not exist is refused before anything is changed', () => {
    const object: { greet?: Greet } = {}
    expect(() => patchMethod(object as Greeter, 'greet', louder)).toThrow('greet is not a method')
    expect(object).toEqual({})
  })
})

describe('parts disposed together', () => {
  it('end in reverse order, and one that fails does not keep the others', () => {
    const ended: string[] = []
    const part = (name: string, error?: Error): Disposable => ({
      [Symbol.dispose]: () => {
        ended.push(name)
        if (error) throw error
      },
    })
    const together = disposeTogether(part('a'), part('b', new Error('planted')), part('c'))
    expect(() => together[Symbol.dispose]()).toThrow('1 of 3 parts did not end cleanly')
    expect(ended).toEqual(['c', 'b', 'a'])
  })
})
