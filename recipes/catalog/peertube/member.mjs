// What a host does for a member: export, erase; and the check of a backup. All of
// it through PeerTube's own API, as that member, with a ticket that the plugin
// takes in place of a password.
import { spawnSync } from 'node:child_process'
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { randomBytes } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { withDatabase } from './database.mjs'

const TICKET = '/tmp/ronron-ticket.json'
const VIDEOS = '/var/lib/peertube/videos'
const PLUGIN = 'peertube-plugin-auth-ronron'
const host = readFileSync('/etc/ronron/host', 'utf8').trim()
const DONE = 3, FAILED = 4 // states of an export

/** The account of a login: PeerTube 8.3 knows the login, before it only the name. */
async function accountOf (login) {
  const name = login.toLowerCase().replace(/[^a-z0-9._]/g, '_')
  const rows = await withDatabase(async client => (await client.query('SELECT * FROM "user" WHERE "pluginAuth" = $1', [PLUGIN])).rows)
  return rows.find(row => row.pluginAuthExternalId === login) ??
    rows.find(row => !row.pluginAuthExternalId && row.username === name)
}

function ask (method, path, { token, body, type } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { host }
    if (token) headers.authorization = `Bearer ${token}`
    if (body) Object.assign(headers, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    const question = request({ host: '127.0.0.1', port: 9000, method, path, headers }, resolve)
    question.on('error', reject)
    question.end(body)
  })
}

async function api (method, path, options) {
  const answer = await ask(method, '/api/v1/' + path, options)
  let text = ''
  for await (const piece of answer) text += piece
  if (answer.statusCode >= 400) throw new Error(`PeerTube answers ${answer.statusCode} to ${method} ${path}: ${text.slice(0, 200)}`)
  return text ? JSON.parse(text) : null
}

async function enter (user) {
  const secret = randomBytes(32).toString('hex')
  writeFileSync(TICKET, JSON.stringify({ user: user.id, secret, until: Date.now() + 60 * 1000 }), { mode: 0o600 })
  // Whom a moderator has blocked has a right to their data all the same.
  const block = on => user.blocked && withDatabase(client => client.query('UPDATE "user" SET "blocked" = $1 WHERE "id" = $2', [on, user.id]))
  await block(false)
  try {
    const client = await api('GET', 'oauth-clients/local')
    const form = new URLSearchParams({
      client_id: client.client_id, client_secret: client.client_secret, grant_type: 'password', response_type: 'code',
      username: `ronron-host:${user.username}`, password: secret
    })
    const answer = await api('POST', 'users/token', { body: form.toString(), type: 'application/x-www-form-urlencoded' })
    return answer.access_token
  } finally {
    rmSync(TICKET, { force: true })
    await block(true)
  }
}

async function exportMember (user) {
  const folder = mkdtempSync(`${VIDEOS}/tmp/export-`)
  try {
    if (user) await archive(user, `${folder}/peertube.zip`)
    const tar = spawnSync('tar', ['--create', '--directory', folder, '.'], { stdio: ['ignore', 'inherit', 'inherit'] })
    if (tar.status !== 0) throw new Error('tar failed')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function archive (user, file) {
  const token = await enter(user)
  const mine = `users/${user.id}/exports`
  const made = await api('POST', `${mine}/request`, { token, body: JSON.stringify({ withVideoFiles: true }), type: 'application/json' })
  for (;;) {
    const one = (await api('GET', `${mine}?start=0&count=100`, { token })).data.find(e => e.id === made.export.id)
    if (!one || one.state.id === FAILED) throw new Error('PeerTube could not make the export')
    if (one.state.id === DONE) {
      const link = new URL(one.privateDownloadUrl)
      const answer = await ask('GET', link.pathname + link.search, { token })
      if (answer.statusCode !== 200) throw new Error(`the export answers ${answer.statusCode}`)
      await pipeline(answer, createWriteStream(file))
      await api('DELETE', `${mine}/${one.id}`, { token })
      return
    }
    await pause(1000)
  }
}

async function eraseMember (user) {
  if (user) await api('DELETE', 'users/me', { token: await enter(user) })
}

/** Every video of the database has its files. */
async function check () {
  const videos = await withDatabase(async client => (await client.query('SELECT "uuid" FROM "video" WHERE "remote" = false AND "state" = 1')).rows)
  const lost = videos.filter(({ uuid }) => !['', 'private/'].some(kind => existsSync(`${VIDEOS}/streaming-playlists/hls/${kind}${uuid}`)))
  if (lost.length) throw new Error(`${lost.length} of ${videos.length} videos have no files`)
  console.log(`videos: ${videos.length}`)
}

const work = { export: exportMember, erase: eraseMember }[process.argv[2]]
try {
  if (work) await work(await accountOf(process.env.MEMBER))
  else await check()
} catch (problem) {
  console.error(problem.message)
  process.exit(1)
}
