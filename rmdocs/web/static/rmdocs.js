// What makes the pages more convenient; all of them work without it.
"use strict";

// A form is sent once: a second click while it is on its way is no second act.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});

// Back from another page, a form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
  }
});

// What is wrong is read first.
document.querySelector(".mistakes")?.focus();
