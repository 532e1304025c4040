#!/usr/bin/env node
'use strict';

// What a host does with pads, through the plugin, which the gateway shows to nobody:
//   pads list            names of all pads
//   pads count           how many there are
//   pads old DAYS        those that nobody wrote in for so many days
//   pads make NAME       makes one, with the text that new pads have
//   pads delete NAME     removes one, with all that was ever written in it
//   pads forget          removes those that are older than the host says; by default none
//   pads export          what the member $MEMBER wrote in, as a tar, to stdout
//   pads erase           takes the member's name off
const {execFileSync} = require('node:child_process');
const {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} = require('node:fs');

const call = async (verb, parameters = {}) => {
  const answer = await fetch(`http://127.0.0.1:9001/ronron/host/${verb}?${new URLSearchParams(parameters)}`, {
    method: 'POST',
    headers: {authorization: `Bearer ${readFileSync('/etc/ronron/api.key', 'utf8').trim()}`},
  });
  if (answer.headers.get('content-type')?.startsWith('application/json') !== true) throw new Error(`Etherpad answered ${answer.status}.`);
  const said = await answer.json();
  if (said.problem) throw new Error(said.problem);
  return said;
};

const member = () => ({member: process.env.MEMBER || ''});

// Names of pads may hold any character; files are named by what an address shows.
const file = (name) => encodeURIComponent(name).replace(/\./g, '%2E');

const verbs = {
  list: async () => (await call('list')).names.forEach((name) => console.log(name)),
  count: async () => console.log((await call('count')).count),
  old: async (days) => (await call('old', {days})).pads.forEach(({name, at}) => console.log(`${new Date(at).toISOString().slice(0, 10)}  ${name}`)),
  delete: async (name) => { await call('delete', {name}); },
  make: async (name) => { await call('make', {name}); },
  forget: async () => console.log((await call('forget')).count),
  export: async () => {
    const said = await call('export', member());
    const folder = mkdtempSync('/tmp/export-');
    try {
      mkdirSync(`${folder}/pads`);
      writeFileSync(`${folder}/author.json`, `${JSON.stringify(said.author, null, 2)}\n`);
      for (const {name, text, chat} of said.pads) {
        writeFileSync(`${folder}/pads/${file(name)}.txt`, text);
        if (chat.length > 0) writeFileSync(`${folder}/pads/${file(name)}.chat.json`, `${JSON.stringify(chat, null, 2)}\n`);
      }
      process.stdout.write(execFileSync('tar', ['-c', '-f', '-', '-C', folder, 'author.json', 'pads'], {maxBuffer: 1 << 30}));
    } finally {
      rmSync(folder, {recursive: true});
    }
  },
  erase: async () => { await call('erase', member()); },
};

const [verb, ...words] = process.argv.slice(2);
if (!Object.hasOwn(verbs, verb || '')) {
  console.error('use: pads list | count | old DAYS | make NAME | delete NAME | forget | export | erase');
  process.exit(2);
}
verbs[verb](...words).catch((problem) => {
  console.error(problem.message);
  process.exitCode = 1;
});
