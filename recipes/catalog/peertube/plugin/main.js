'use strict'
// Passwords are checked by PeerTube's own LDAP plugin. That one asks the directory
// at sign-in and never again, knows people by their mail address, and takes its
// settings from a page of the administration. Here it gets them from /etc/ronron;
// a member is known by login; and with every request it is asked, at most every
// 15 seconds, whether the member may still be there and is an administrator.

const { timingSafeEqual } = require('crypto')
const { readFileSync } = require('fs')
const official = require('peertube-plugin-auth-ldap/main.js')
const { Directory } = require('./directory.js')

const PLUGIN = 'peertube-plugin-auth-ronron'
const TICKET = '/tmp/ronron-ticket.json'
const ADMINISTRATOR = 0
const USER = 2

module.exports = { register, unregister: async () => undefined }

async function register ({ registerIdAndPassAuth, peertubeHelpers }) {
  const directory = new Directory()
  const users = new Users(peertubeHelpers.database)

  await official.register({
    registerSetting: () => undefined,
    settingsManager: settingsOf(directory),
    peertubeHelpers,
    registerIdAndPassAuth: auth => registerIdAndPassAuth({
      authName: 'ldap',
      getWeight: () => 100,
      login: async credentials => signIn(directory, await within(auth.login(credentials), 10000)),
      hookTokenValidity: ({ token }) => mayStay(directory, users, token)
    })
  })

  registerIdAndPassAuth({
    authName: 'host',
    getWeight: () => 50,
    login: ({ id, password }) => users.ofTicket(id, password),
    hookTokenValidity: async ({ token, type }) => ({ valid: type === 'access' && Date.now() - new Date(token.createdAt).getTime() < 3600 * 1000 })
  })
}

/** What the LDAP plugin would read of its page in the administration. */
function settingsOf (directory) {
  const settings = {
    weight: 100,
    url: directory.url,
    'insecure-tls': false,
    'custom-ca': directory.authority,
    'bind-dn': directory.bindDN,
    'bind-credentials': directory.password,
    'search-base': directory.people,
    'search-filter': directory.filter('(|(uid={{username}})(mail={{username}}))'),
    'mail-property': 'mail',
    'mail-property-index': '0',
    'username-property': 'uid',
    'group-base': '' // groups are told apart by us: this account sees people only
  }
  return {
    getSetting: async name => settings[name],
    getSettings: async names => Object.fromEntries(names.map(name => [name, settings[name]])),
    onSettingsChange: () => undefined
  }
}

async function signIn (directory, found) {
  if (!found) return null
  const member = await directory.byMail(found.email)
  if (!member) return null
  directory.remember(member)
  return {
    username: found.username,
    email: found.email,
    displayName: member.name,
    role: member.administrator ? ADMINISTRATOR : USER,
    externalId: member.login, // PeerTube 8.3 and later; before, the mail address decides
    userUpdater: ({ fieldName, currentValue }) => fieldName === 'role' ? roleOf(member, currentValue) : currentValue
  }
}

/** Administrators are those of the chaton; who moderates is theirs to say. */
function roleOf (member, now) {
  if (member.administrator) return ADMINISTRATOR
  return now === ADMINISTRATOR ? USER : now
}

async function mayStay (directory, users, token) {
  const user = token.User
  const member = await directory.standing(user)
  if (!member) return { valid: false }
  const role = roleOf(member, user.role)
  if (role !== user.role) {
    await users.setRole(user.id, role)
    user.role = role // of this session too
  }
  return { valid: true }
}

class Users {
  constructor (database) {
    this.database = database
  }

  setRole (id, role) {
    return this.database.query('UPDATE "user" SET "role" = :role WHERE "id" = :id', { replacements: { id, role } })
  }

  /**
   * A ticket is written by the host's own commands, in the container, for one
   * member and a minute: so their export and their erasure are PeerTube's own.
   */
  async ofTicket (id, password) {
    if (!id.startsWith('ronron-host:')) return null
    let ticket
    try {
      ticket = JSON.parse(readFileSync(TICKET, 'utf8'))
    } catch {
      return null
    }
    const given = Buffer.from(String(password))
    const wanted = Buffer.from(ticket.secret)
    if (Date.now() > ticket.until || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null
    const rows = await this.database.query('SELECT * FROM "user" WHERE "pluginAuth" = :plugin', { replacements: { plugin: PLUGIN }, type: 'SELECT' })
    const user = rows.find(row => row.id === ticket.user)
    if (!user) return null
    return { username: user.username, email: user.email, role: user.role, externalId: user.pluginAuthExternalId || undefined }
  }
}

/** Nobody waits for a directory that hangs. */
function within (promise, milliseconds) {
  let timer
  const late = new Promise(resolve => { timer = setTimeout(() => resolve(null), milliseconds) })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
