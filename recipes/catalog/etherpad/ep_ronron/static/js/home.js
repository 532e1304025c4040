'use strict';

// Lists the member's pads on the first page, newest first, and says when pads go.
(() => {
  const words = {
    fr: {
      heading: 'Vos pads',
      none: 'Les pads où vous écrirez seront listés ici, pour les retrouver de n’importe quel appareil.',
      some: 'Ceux où vous avez écrit, depuis n’importe quel appareil.',
      leave: 'Se déconnecter',
      enter: 'Se connecter',
      make: 'Les membres connectés créent des pads ; qui en connaît l’adresse y écrit.',
      forget: (days) => `Un pad où personne n’écrit pendant ${days} jours est effacé.`,
    },
    en: {
      heading: 'Your pads',
      none: 'The pads you write in will be listed here, to be found again from any device.',
      some: 'Those you wrote in, from any device.',
      leave: 'Sign out',
      enter: 'Sign in',
      make: 'Members who are signed in make pads; whoever knows the address writes in them.',
      forget: (days) => `A pad that nobody writes in for ${days} days is removed.`,
    },
  };
  const language = (navigator.languages || [navigator.language || 'en'])
      .map((one) => one.slice(0, 2)).find((one) => Object.hasOwn(words, one)) || 'en';
  const say = words[language];
  const place = document.getElementById('own-pads');

  const element = (name, text, more = {}) => Object.assign(document.createElement(name), {textContent: text}, more);

  const list = (pads) => {
    const when = new Intl.DateTimeFormat(navigator.language, {dateStyle: 'medium', timeStyle: 'short'});
    const items = document.createElement('ul');
    for (const {name, at} of pads) {
      const item = document.createElement('li');
      item.append(
          element('a', name, {href: `p/${encodeURIComponent(name)}`}),
          element('time', when.format(at), {dateTime: new Date(at).toISOString()}));
      items.append(item);
    }
    return items;
  };

  const beside = (text, link, href) => {
    const who = element('span', text, {className: 'who'});
    who.append(element('a', link, {href}));
    document.querySelector('nav').append(who);
  };

  const show = ({name, pads, forget, enter}) => {
    place.lang = language;
    // The page is of this chaton; that it is Etherpad stands on each pad.
    const title = document.querySelector('nav h1');
    if (title) title.textContent = document.title;
    if (pads) {
      place.append(element('h2', say.heading), element('p', pads.length > 0 ? say.some : say.none), list(pads));
      beside(`${name} · `, say.leave, 'ronron/leave');
    }
    if (enter) {
      place.append(element('p', say.make));
      beside('', say.enter, 'ronron/enter');
    }
    if (forget > 0) place.append(element('p', say.forget(forget)));
    place.hidden = place.childElementCount === 0;
  };

  fetch('ronron/home', {headers: {accept: 'application/json'}})
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((said) => { if (said) show(said); })
      .catch(() => {});
})();
