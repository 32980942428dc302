import { expect, test } from 'vitest'
import { findingsIn } from './axe-findings.ts'
import { viewedPage } from './viewed-page.ts'

const viewed = viewedPage()

test('a token is asked for, kept in the tab, and taken from the address', async () => {
  const token = 'a token of some length'
  const tab = await viewed.look({ token })
  await tab.getByLabel('Token').fill('a wrong token of some length')
  await tab.getByRole('button', { name: 'Open' }).click()
  await tab.getByText('The process does not accept this token.').waitFor()
  expect(await findingsIn(tab)).toEqual([])
  await tab.getByLabel('Token').fill(token)
  await tab.getByRole('button', { name: 'Open' }).click()
  await tab.getByText('Live', { exact: true }).waitFor()
  await tab.reload()
  await tab.getByText('Live', { exact: true }).waitFor()

  const other = await viewed.browser!.context.newPage()
  await other.goto(`${viewed.page!.address}/#token=${encodeURIComponent(token)}`)
  await other.getByText('Live', { exact: true }).waitFor()
  expect(other.url()).toBe(`${viewed.page!.address}/`)
})

test.each(['100% of a token', 'a token with a € in it', '%E0%A4%A'])(
  'a token that is not valid is refused: %s',
  async given => {
    const tab = await viewed.look({ token: 'a token of some length' }, {}, `/#token=${given}`)
    await tab.getByText('The process does not accept this token.').waitFor()
  },
)

test('a token with a bare % is taken from the address', async () => {
  const tab = await viewed.look({ token: '100% of some length' }, {}, '/#token=100% of some length')
  await tab.getByText('Live', { exact: true }).waitFor()
})

test('another page in the same browser gets nothing and changes nothing', async () => {
  const tab = await viewed.look()
  await tab.getByText('Live', { exact: true }).waitFor()
  const { address } = viewed.page!
  const stranger = await viewed.browser!.context.newPage()
  // The same machine, another port: another origin.
  const { createServer } = await import('node:http')
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<p>hello</p>'),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  await stranger.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  const outcomes = await stranger.evaluate(async console => {
    const tried = [
      fetch(`${console}/explain?id=1`),
      fetch(`${console}/stop`, { method: 'POST', headers: { 'x-homeostat-console': '1' } }),
      fetch(`${console}/stop`, { method: 'POST', mode: 'no-cors' }),
      fetch(`${console}/events`, { mode: 'no-cors' }),
    ]
    return Promise.all(
      tried.map(each =>
        each.then(
          ({ type, status }) => `${type} ${status}`,
          () => 'refused',
        ),
      ),
    )
  }, address)
  expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused'])
  expect(viewed.shop.h.mode).toBe('act')
  expect(viewed.page!.viewers).toBe(1)
  const isFramed = await stranger.evaluate(async console => {
    const frame = document.createElement('iframe')
    frame.src = console
    document.body.append(frame)
    await new Promise(resolve => frame.addEventListener('load', resolve))
    try {
      return frame.contentDocument === null ? 'another origin' : 'refused'
    } catch {
      return 'refused'
    }
  }, address)
  expect(viewed.page!.viewers, isFramed).toBe(1)
  server.close()
})
