// What makes the pages more convenient; all of them work without it.
"use strict";

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

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

// All that can be chosen, at once; without scripts one by one.
for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const one of all.form.querySelectorAll(`[name=${all.dataset.all}][data-ready]`)) {
      one.checked = all.checked;
    }
  });
}

// What is wrong is read first; who comes back to a place further down goes on there.
const typing = "input:not([type=hidden]), select, textarea";
const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
const start = target?.matches(typing) ? target : target?.querySelector(typing);
(start || document.querySelector(".mistakes[tabindex]"))?.focus();

// Pages as they will print are asked for while nobody types, if they are looked at. Those of
// before stay until the next are there, so that nothing moves.
const pages = document.querySelector("[data-pages]");
let stale = pages && !pages.querySelector("img");
let drawing = 0;
const redraw = async (wait) => {
  const turn = ++drawing;
  const unwanted = () => turn !== drawing || !stale || pages.open === false || document.hidden;
  for (let status = 202; status === 202; wait = 1500) {
    await pause(wait);
    if (unwanted()) {
      return;
    }
    const answer = await fetch(pages.dataset.pages).catch(() => ({}));
    if (!answer.ok) {
      return;
    }
    const { said, pictures } = await answer.json();
    const fresh = document.createElement("div");
    fresh.innerHTML = pictures;
    await Promise.allSettled(Array.from(fresh.querySelectorAll("img"), (one) => one.decode()));
    if (unwanted()) {
      return;
    }
    status = answer.status;
    pages.querySelector("[role=status]").textContent = said;
    pages.classList.toggle("old", !pictures);
    if (pictures) {
      const at = Array.from(pages.querySelectorAll("a:has(img)")).indexOf(document.activeElement);
      pages.querySelector("div").replaceChildren(...fresh.children);
      pages.querySelectorAll("a:has(img)")[at]?.focus({ preventScroll: true });
      stale = false;
    }
  }
};
if (pages) {
  if (pages.matches("details") && matchMedia("(min-width: 64rem)").matches) {
    pages.open = true;
  }
  pages.addEventListener("toggle", () => redraw(0));
  document.addEventListener("visibilitychange", () => redraw(0));
  redraw(0);
}

// A draft is kept and checked while it is typed.
const draft = document.getElementById("draft");
if (draft) {
  const fields = draft.elements;
  let composing = false;
  let timer = 0;
  let sending = null;
  let dirty = false;

  // How far down the person has been: what is missing there may be told.
  const reach = (field) => {
    const before = fields.namedItem(fields.reached.value);
    const last = before instanceof RadioNodeList ? before[0] : before;
    const further = !last || last.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (field.name && field.type !== "hidden" && field.type !== "submit" && further) {
      fields.reached.value = field.name;
    }
  };

  const show = (answer) => {
    if (pages && fields.version.value !== String(answer.version)) {
      stale = true;
      redraw(2000);
    }
    fields.version.value = answer.version;
    const saved = document.getElementById("saved");
    saved.textContent = answer.saved;
    saved.className = "";
    const summary = document.getElementById("summary");
    if (summary.innerHTML !== answer.summary) {
      summary.innerHTML = answer.summary;
    }
    for (const place of draft.querySelectorAll(".told")) {
      const told = answer.told[place.id.slice(0, -"-told".length)] || "";
      if (place.innerHTML !== told) {
        place.innerHTML = told;
        const field = document.getElementById(place.id.slice(0, -"-told".length));
        if (field?.matches(typing)) {
          field.setAttribute("aria-invalid", Boolean(place.querySelector(".error")));
        }
        if (told) {
          place.closest("details")?.setAttribute("open", "");
        }
      }
    }
  };

  const trouble = (said) => {
    const saved = document.getElementById("saved");
    saved.textContent = said;
    saved.className = "conflict";
  };

  const keep = async () => {
    clearTimeout(timer);
    if (sending) {
      await sending;
    }
    if (!dirty || draft.dataset.sent) {
      return;
    }
    dirty = false;
    const body = new URLSearchParams(new FormData(draft));
    sending = fetch(draft.dataset.check, { method: "POST", body, keepalive: body.toString().length < 60000 })
      .then(async (answer) => {
        const said = await answer.json();
        if (answer.ok) {
          show(said);
        } else {
          trouble(said.conflict);
        }
      })
      .catch(() => {
        dirty = true;
        trouble(draft.dataset.lost);
      })
      .finally(() => { sending = null; });
    await sending;
  };

  const later = () => {
    dirty = true;
    clearTimeout(timer);
    if (!composing && !draft.dataset.sent) {
      timer = setTimeout(keep, 600);
    }
  };

  // Whatever is being kept is kept before a button says more: else they would contradict each other.
  draft.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (sending) {
      event.preventDefault();
      event.stopPropagation();
      await sending;
      draft.requestSubmit(event.submitter);
    }
  });

  // While an input method composes a word, nothing is checked in mid-word.
  draft.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); });
  draft.addEventListener("compositionend", () => { composing = false; later(); });
  draft.addEventListener("input", (event) => { reach(event.target); later(); });
  draft.addEventListener("focusout", (event) => { if (dirty) { reach(event.target); later(); } });
  document.addEventListener("visibilitychange", () => { if (document.hidden) { keep(); } });

  // What the registers know is offered by a few letters; what is chosen fills what belongs to it.
  const list = document.getElementById("offers");
  let known = [];
  let asked = 0;
  draft.addEventListener("input", async (event) => {
    const field = event.target;
    const key = field.dataset.offer;
    if (!key || composing) {
      return;
    }
    const chosen = known.filter((one) => one.typed[key] === field.value);
    if (chosen.length === 1) {
      for (const [name, text] of Object.entries(chosen[0].typed)) {
        const other = fields.namedItem(name);
        if (other && name !== key && !other.value) {
          other.value = text;
        }
      }
      return;
    }
    const turn = ++asked;
    await pause(200);
    if (turn !== asked || !field.value) {
      return;
    }
    const body = new URLSearchParams({ csrf: fields.csrf.value, key, text: field.value });
    const answer = await fetch(draft.dataset.suggest, { method: "POST", body });
    if (answer.ok && turn === asked) {
      known = await answer.json();
      list.replaceChildren(...known.map((one) => new Option(one.label, one.typed[key])));
    }
  });
}

// What is made in the background comes by itself: the page is loaded anew.
const waiting = document.querySelector("[data-wait]");
if (waiting) {
  (async () => {
    for (let turn = 0; turn < 1200; turn += 1) {
      await pause(Math.min(300 * (turn + 1), 1500));
      const answer = await fetch(waiting.dataset.wait);
      if (answer.status === 202) {
        waiting.textContent = (await answer.text()) || waiting.textContent;
      }
      if (answer.status === 404 || answer.status === 204) {
        location.reload();
        return;
      }
    }
  })();
}
