import { expect, it } from 'vitest'
import { settledObject } from '../../src/options/settled-object.ts'

it('returns an object of plain fields as it is, methods of its class included', () => {
  class Knob {
    readonly name = 'x'
    readonly bounds = { min: 1, max: 2 }
    read(): number {
      return 1
    }
  }
  const knob = new Knob()
  expect(settledObject(knob, { name: 'x', bounds: { min: 1, max: 2 }, read: knob.read })).toBe(knob)
})

it('fixes what a getter has answered, at any depth, and leaves methods their private fields', () => {
  class Knob {
    #value = 4
    #reads = 0
    get name(): string {
      if (this.#reads++ > 0) throw new Error('only once')
      return 'x'
    }
    read(): number {
      return this.#value
    }
  }
  const knob = new Knob()
  const settled = settledObject(knob, { name: knob.name, read: knob.read })
  expect([settled.name, settled.name, settled.read()]).toEqual(['x', 'x', 4])

  const nested = {
    bounds: {
      get min(): number {
        throw new Error('later')
      },
    },
  }
  expect(settledObject(nested, { bounds: { min: 1 } }).bounds).toEqual({ min: 1 })
})

it('fixes the fields of a proxy', () => {
  let isOver = false
  const proxy = new Proxy(
    { name: 'x' },
    {
      get: (target, key) => {
        if (isOver) throw new Error('over')
        return Reflect.get(target, key) as unknown
      },
    },
  )
  const settled = settledObject(proxy, { name: proxy.name })
  isOver = true
  expect(settled.name).toBe('x')
})
