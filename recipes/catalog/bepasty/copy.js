// Shows the buttons that copy a link, and makes them do it.
'use strict';

function copies(button) {
  const label = button.textContent;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copyLink);
      button.textContent = button.dataset.copied;
    } catch {
      window.prompt(label, button.dataset.copyLink);
    }
    setTimeout(() => { button.textContent = label; }, 3000);
  });
  button.hidden = false;
}

document.querySelectorAll('[data-copy-link]').forEach(copies);
