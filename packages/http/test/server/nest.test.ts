// oxlint-disable-next-line import/no-unassigned-import -- Nest needs its global
import 'reflect-metadata'
import { Controller, Get, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { expect, test } from 'vitest'
import { askAll, Measured } from './served-application.ts'

class Cats {
  one(id: string): string {
    return id
  }
}
// Decorators as calls: Node runs this file without a compiler.
Controller('cats')(Cats)
Get(':id')(Cats.prototype, 'one', Object.getOwnPropertyDescriptor(Cats.prototype, 'one')!)
Param('id')(Cats.prototype, 'one', 0)
class Application {
  readonly name = 'cats'
}
Module({ controllers: [Cats] })(Application)

for (const [name, adapter] of [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const) {
  test(`NestJS on ${name}: the template with the prefix of the application`, async () => {
    using measured = new Measured()
    const app = await NestFactory.create(Application, adapter() as never, { logger: false })
    app.setGlobalPrefix('api')
    await app.listen(0, '127.0.0.1')
    try {
      expect(await askAll(await app.getUrl(), ['/api/cats/1', '/api/cats/2', '/cats/3'])).toEqual([200, 200, 404])
      expect(measured.answers()).toEqual({ 'GET /api/cats/:id 200': 2, 'GET - 404': 1 })
    } finally {
      await app.close()
    }
  })
}
