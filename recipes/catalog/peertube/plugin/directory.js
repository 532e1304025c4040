'use strict'
// Who is a member, and an administrator, asked of the directory.

const { readFileSync } = require('fs')
const ldap = require('ldapjs')

const FRESH = 15 * 1000 // an answer counts for so long,
const PATIENCE = 10 * 60 * 1000 // and for so long while the directory does not answer

class Directory {
  constructor () {
    Object.assign(this, JSON.parse(readFileSync('/etc/ronron/directory.json', 'utf8')))
    this.password = readFileSync('/etc/ronron/directory.password', 'utf8')
    this.authority = '/etc/ronron/ca.pem'
    this.answers = new Map()
  }

  /** Only people of the groups that may enter. The directory hides who is suspended. */
  filter (who) {
    return `(&(objectClass=inetOrgPerson)${who}(|${this.enter.map(dn => `(memberOf=${escaped(dn)})`).join('')}))`
  }

  byMail (mail) {
    return this.find(`(mail=${escaped(mail)})`)
  }

  byLogin (login) {
    return this.find(`(uid=${escaped(login)})`)
  }

  /** The member behind an account of PeerTube's, or null: they may not be here any more. */
  async standing (user) {
    const key = user.pluginAuthExternalId ? `login ${user.pluginAuthExternalId}` : `mail ${user.email}`
    const known = this.answers.get(key)
    if (known && Date.now() - known.at < FRESH) return known.member
    try {
      const member = user.pluginAuthExternalId ? await this.byLogin(user.pluginAuthExternalId) : await this.byMail(user.email)
      this.keep(key, member)
      return member
    } catch (problem) {
      if (known && Date.now() - known.at < PATIENCE) return known.member
      console.error(`The directory does not answer: ${problem.name}`)
      return null
    }
  }

  remember (member) {
    this.keep(`login ${member.login}`, member)
    this.keep(`mail ${member.mail}`, member)
  }

  keep (key, member) {
    if (this.answers.size > 10000) this.answers.clear()
    this.answers.set(key, { at: Date.now(), member })
  }

  find (who) {
    return new Promise((resolve, reject) => {
      const client = ldap.createClient({
        url: this.url, timeout: 5000, connectTimeout: 3000, tlsOptions: { ca: [readFileSync(this.authority)] }
      })
      const end = (settle, value) => { client.destroy(); settle(value) }
      client.on('error', problem => end(reject, problem))
      client.on('connectTimeout', () => end(reject, new Error('no answer')))
      client.bind(this.bindDN, this.password, problem => {
        if (problem) return end(reject, problem)
        client.search(this.people, {
          scope: 'sub', filter: this.filter(who), sizeLimit: 2, attributes: ['uid', 'cn', 'displayName', 'mail', 'memberOf']
        }, (problem, search) => {
          if (problem) return end(reject, problem)
          const found = []
          search.on('searchEntry', entry => found.push(entry.object))
          search.on('error', problem => end(reject, problem))
          search.on('end', () => end(resolve, found.length === 1 ? this.member(found[0]) : null))
        })
      })
    })
  }

  member (entry) {
    const first = value => Array.isArray(value) ? value[0] : value
    const groups = [].concat(entry.memberOf || []).map(dn => dn.toLowerCase())
    const login = first(entry.uid)
    return {
      login,
      mail: first(entry.mail),
      name: String(first(entry.displayName) || first(entry.cn) || login).slice(0, 50),
      administrator: groups.includes(this.administrators.toLowerCase())
    }
  }
}

/** A value inside a search filter (RFC 4515). */
function escaped (value) {
  return String(value).replace(/[\\*()\0]/g, c => '\\' + c.charCodeAt(0).toString(16).padStart(2, '0'))
}

module.exports = { Directory }
