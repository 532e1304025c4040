// Run before PeerTube, with new data and at each upgrade: PeerTube makes or
// changes its tables, the plugin for accounts is switched on, and it is seen to
// work. Whatever fails here stops the start, with PeerTube's own words.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { hasTable, withDatabase } from './database.mjs'

const plugin = JSON.parse(readFileSync('/usr/share/ronron/plugins/node_modules/peertube-plugin-auth-ronron/package.json', 'utf8'))
const short = plugin.name.replace('peertube-plugin-', '')
const local = 'http://127.0.0.1:9000/api/v1/'

/** Runs PeerTube until it answers, does something, and stops it. */
async function withPeerTube (what) {
  // Nobody ever knows root's password. Its address is nobody's, so that no member's
  // is taken for it.
  const server = spawn('node', ['dist/server'], {
    cwd: '/app',
    stdio: 'inherit',
    env: { ...process.env, PT_INITIAL_ROOT_PASSWORD: randomBytes(24).toString('hex'), NODE_CONFIG: JSON.stringify({ admin: { email: 'root@root.invalid' } }) }
  })
  let ended = false
  const end = new Promise(resolve => server.on('exit', code => { ended = true; resolve(code) }))
  try {
    while (!await answers()) {
      if (ended) throw new Error(`PeerTube stopped with ${await end}`)
      await pause(500)
    }
    return await what()
  } finally {
    server.kill('SIGINT')
    await end
  }
}

async function answers () {
  try {
    return (await fetch(local + 'ping')).ok
  } catch {
    return false
  }
}

/** Plugins are there a moment after the first answer. */
async function works () {
  for (let tries = 0; tries < 40; tries++) {
    const config = await (await fetch(local + 'config')).json()
    if (config.plugin.registeredIdAndPassAuths.some(auth => auth.npmName === plugin.name && auth.authName === 'ldap')) return true
    await pause(250)
  }
  return false
}

async function switchOn () {
  await withDatabase(async client => {
    await client.query(
      `INSERT INTO "plugin" ("name", "type", "version", "enabled", "uninstalled", "peertubeEngine", "description", "homepage", "createdAt", "updatedAt")
       VALUES ($1, 1, $2, true, false, $3, $4, $5, now(), now())
       ON CONFLICT ("name", "type") DO UPDATE SET "version" = $2, "enabled" = true, "uninstalled" = false, "peertubeEngine" = $3, "updatedAt" = now()`,
      [short, plugin.version, plugin.engine.peertube, plugin.description, plugin.homepage]
    )
    // Nothing in the plugin is made for one version of Node, so nothing has to be
    // built again when that changes.
    await client.query('UPDATE "application" SET "nodeABIVersion" = $1', [process.versions.modules])
  })
}

if (await withDatabase(client => hasTable(client, 'plugin'))) await switchOn()
else {
  await withPeerTube(async () => undefined)
  await switchOn()
}
if (!await withPeerTube(works)) {
  console.error('The plugin for accounts does not work with this PeerTube.')
  process.exit(1)
}
