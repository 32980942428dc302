// What every sample application does: answers requests, and uses each library once.
const { openShop } = require('./shop.cjs')

const WEB = {
  async express(load, answer) {
    const express = await load('express')
    const app = (typeof express === 'function' ? express : require('express'))()
    app.get('/', async (_request, response) => response.json(await answer()))
    const server = app.listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    return server.address().port
  },
  async fastify(load, answer) {
    const { fastify } = await load('fastify')
    const app = fastify()
    app.get('/', () => answer())
    return new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port
  },
  async nest(load, answer) {
    await load('reflect-metadata')
    const { Controller, Get, Module } = await load('@nestjs/common')
    const { NestFactory } = await load('@nestjs/core')
    class Home {
      show() {
        return answer()
      }
    }
    Reflect.decorate([Get('/')], Home.prototype, 'show', Object.getOwnPropertyDescriptor(Home.prototype, 'show'))
    Controller()(Home)
    class Application {
      name = 'shop'
    }
    Module({ controllers: [Home] })(Application)
    const app = await NestFactory.create(Application, { logger: false })
    await app.listen(0, '127.0.0.1')
    return new URL(await app.getUrl()).port
  },
}

exports.runMatrixApplication = async load => {
  const { BESIDE, DATABASE_URL, REDIS_URL, WEB: web } = process.env
  const { metrics } = await load('@opentelemetry/api')
  const { Pool } = await load('pg')
  const { Redis, default: whole } = await load('ioredis')
  const { Queue } = await load('bullmq')
  const lru = await load('lru-cache')
  const pool = new Pool({ connectionString: DATABASE_URL })
  const redis = new (Redis ?? whole ?? require('ioredis'))(REDIS_URL)
  const { hostname: host, port } = new URL(REDIS_URL)
  const telemetry =
    BESIDE === 'bullmq-otel'
      ? new (await load('bullmq-otel')).BullMQOtel({ tracerName: 'shop', enableMetrics: true })
      : undefined
  const queue = new Queue('mails', {
    connection: { host, port: Number(port) },
    prefix: `matrix-${process.pid}`,
    ...(telemetry && { telemetry }),
  })
  const cache = new (lru.LRUCache ?? require('lru-cache'))({ max: 10 })
  // lru-cache before 11.3 has no channel: the application hands the cache over.
  require('homeostat/register').registered.observe({ caches: cache })

  const answer = async () => {
    const { rows } = await pool.query('SELECT 1 AS one')
    await queue.add('send', {})
    cache.set('a', 1)
    return { one: rows[0].one, cached: cache.get('a'), key: await redis.get(`matrix-${process.pid}`) }
  }
  const at = await WEB[web](load, answer)
  const { one, cached } = await (await fetch(`http://127.0.0.1:${at}/`)).json()
  if (one !== 1 || cached !== 1) throw new Error('the application does not answer')
  openShop(metrics)
}
