// A NestJS application, written as its compiler would write it.
exports.metadata = require('reflect-metadata')
const { Controller, Get, Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const { metrics } = require('@opentelemetry/api')
const { openShop } = require('./shop.cjs')

class Orders {
  list() {
    return ['book']
  }
}
Reflect.decorate([Get('orders')], Orders.prototype, 'list', Object.getOwnPropertyDescriptor(Orders.prototype, 'list'))
Controller()(Orders)
class Shop {
  name = 'shop'
}
Module({ controllers: [Orders] })(Shop)

async function main() {
  const app = await NestFactory.create(Shop, { logger: false })
  await app.listen(0, '127.0.0.1')
  const answer = await fetch(`${await app.getUrl()}/orders`)
  if ((await answer.json())[0] !== 'book') throw new Error('the application does not answer')
  openShop(metrics)
}

void main()
