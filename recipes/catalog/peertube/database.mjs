// PeerTube's own database, with the library that PeerTube itself asks it with.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire('/app/dist/server.js')
const pg = require('pg')

/** Does something with a connection, and ends it. */
export async function withDatabase (what) {
  const client = new pg.Client(JSON.parse(readFileSync('/etc/ronron/database.json', 'utf8')))
  await client.connect()
  try {
    return await what(client)
  } finally {
    await client.end()
  }
}

export async function hasTable (client, name) {
  const answer = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [`"${name}"`])
  return answer.rows[0].there
}
