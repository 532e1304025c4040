// Sends chosen files one after the other, in parts that need little memory at
// the other end, and shows the link of each.
'use strict';

const form = document.getElementById('deposit');
const box = document.getElementById('files');
const chooser = document.getElementById('file');
const list = document.getElementById('sent');
const said = document.getElementById('said');
const words = form.dataset;
const part = Number(words.part);
let queue = Promise.resolve();

function say(text, values) {
  said.textContent = text.replace('{name}', values.name).replace('{percent}', values.percent);
}

async function ask(url, body, headers, signal) {
  const answer = await fetch(url, { method: 'POST', body, headers, signal });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error || words.failed);
  return told;
}

async function send(file, line, signal, moved) {
  const made = await ask(words.new, JSON.stringify({
    filename: file.name, size: file.size, type: file.type,
    maxlife_unit: 'days', maxlife_value: document.getElementById('life').value,
  }), { 'Content-Type': 'application/json' }, signal);
  let at = 0;
  do {
    const end = Math.min(at + part, file.size);
    const body = new FormData();
    body.append('file', file.slice(at, end), 'part');
    await ask(made.url, body, file.size > 0 ? { 'Content-Range': `bytes ${at}-${end - 1}/${file.size}` } : {}, signal);
    at = end;
    moved(file.size > 0 ? at / file.size : 1);
  } while (at < file.size);
  return words.link + made.name;
}

function line(file) {
  const item = document.createElement('li');
  const name = document.createElement('span');
  const bar = document.createElement('progress');
  const stop = document.createElement('button');
  const control = new AbortController();
  name.textContent = file.name;
  bar.setAttribute('aria-label', file.name);
  bar.max = 1;
  bar.value = 0;
  stop.type = 'button';
  stop.className = 'grave';
  stop.textContent = words.stop;
  stop.setAttribute('aria-label', `${words.stop} : ${file.name}`);
  stop.addEventListener('click', () => control.abort());
  item.append(name, bar, stop);
  list.append(item);
  return { item, name, bar, stop, control };
}

async function deposit(file, shown) {
  let told = -1;
  try {
    const link = await send(file, shown, shown.control.signal, (share) => {
      shown.bar.value = share;
      const percent = Math.floor(share * 10) * 10;
      if (percent > told) say(words.sending, { name: file.name, percent: told = percent });
    });
    const to = document.createElement('a');
    to.href = link;
    to.textContent = file.name;
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.textContent = words.copy;
    copy.dataset.copyLink = link;
    copy.dataset.copied = words.copied;
    copy.setAttribute('aria-label', `${words.copy} : ${file.name}`);
    shown.name.replaceChildren(to);
    shown.bar.replaceWith(copy);
    copies(copy);
    say(words.sent, { name: file.name });
  } catch (problem) {
    const why = shown.control.signal.aborted ? words.stopped : problem.message;
    shown.bar.replaceWith(why);
    said.textContent = why;
  }
  shown.stop.remove();
}

// What was just sent appears among the deposits, as it does on the next visit.
async function listAnew() {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const deposits = document.importNode(page.getElementById('deposits'), true);
  document.getElementById('deposits').replaceWith(deposits);
  deposits.querySelectorAll('[data-copy-link]').forEach(copies);
}

function take(files) {
  for (const file of files) {
    const shown = line(file);
    queue = queue.then(() => deposit(file, shown));
  }
  queue = queue.then(listAnew).catch(() => {});
}

chooser.addEventListener('change', () => { take([...chooser.files]); chooser.value = ''; });
box.addEventListener('dragover', (event) => { event.preventDefault(); box.classList.add('over'); });
box.addEventListener('dragleave', () => box.classList.remove('over'));
box.addEventListener('drop', (event) => { event.preventDefault(); box.classList.remove('over'); take([...event.dataTransfer.files]); });
