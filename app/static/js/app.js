// Small improvements to pages that already work: focus, menus, copying, printing, what to say when the network fails.

const FOCUS = ".errors[data-focus], .flash.is-bad, .flash.is-warn";

/** What was touched last and came back with the part of the page around it. */
let touchedId = "";

/** Bring a reader to what needs them: the summary of errors, or a message that is not good news. */
function focusNews(root) {
  const target = root.matches?.(FOCUS) ? root : root.querySelector(FOCUS);
  if (touchedId && document.activeElement?.id === touchedId) return; // it is read aloud, and seen from there
  target?.focus();
}

/** Close open menus, except the one that holds `kept`. */
function closeMenus(kept) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(kept)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));

document.addEventListener("focusin", (event) => closeMenus(event.target));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("[data-menu][open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

/** Show a sentence where the page says what happened. */
function say(kind, sentence) {
  const area = document.getElementById("flash");
  if (!area || !sentence) return;
  const flash = document.createElement("div");
  flash.className = `flash is-${kind}`;
  flash.tabIndex = -1;
  const words = document.createElement("p");
  words.textContent = sentence;
  flash.append(words);
  area.replaceChildren(flash);
  flash.scrollIntoView({ block: "nearest" });
}

/** A change that did not go through is said; a part of the page that could not be refreshed tries again by itself. */
function sayFailure(event) {
  if (event.detail.requestConfig?.verb === "get") return;
  const { refused, failed } = document.getElementById("flash").dataset;
  const status = event.detail.xhr?.status ?? 0;
  say("bad", status >= 400 && status < 500 ? refused : failed);
}

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, sayFailure);
}

// The session ended meanwhile: the answer is the sign-in page, which must not land inside a part of this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = event.detail.xhr.responseURL;
  if (answered && new URL(answered).pathname === "/sign-in" && location.pathname !== "/sign-in") {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

/** What was touched stays where it was on the screen when the part of the page around it comes back changed. */
function keepInPlace({ detail: { requestConfig, target } }) {
  touchedId = "";
  const touched = requestConfig?.triggeringEvent?.submitter ?? document.activeElement;
  if (!touched?.id || !target.contains(touched)) return;
  touchedId = touched.id;
  const before = touched.getBoundingClientRect().top;
  const back = () => {
    const top = document.getElementById(touched.id)?.getBoundingClientRect().top;
    if (top === undefined) return;
    scrollBy({ top: top - before, behavior: "instant" });
    showFromUnder(touched.id);
  };
  document.addEventListener("htmx:afterSwap", back, { once: true });
}

/** What a change said does not lie on what was touched. */
function showFromUnder(id) {
  const said = document.querySelector("#flash .flash")?.getBoundingClientRect();
  const touched = document.getElementById(id).getBoundingClientRect();
  const covered = said && said.top < touched.bottom && said.bottom > touched.top;
  if (covered) scrollBy({ top: touched.top - said.bottom - 16, behavior: "instant" });
}

document.addEventListener("htmx:beforeSwap", keepInPlace);

/** Buttons tapped while the answer to another one is awaited: each is sent after it, with the version it brought. */
const taps = [];
/** The request awaited, or the button between two of them. */
let awaited = null;
/** It waited for another one. */
let inARow = false;

/** A button whose turn has not come says so. */
const wait = (button) => button.setAttribute("aria-busy", "true");

/** Send the next tap, if there is one. */
function sendNext() {
  awaited = taps.shift() ?? null;
  inARow = awaited !== null;
  for (const id of taps) wait(document.getElementById(id));
  if (awaited) document.getElementById(awaited).click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-in-turn] button[id]");
  if (!button || !awaited || awaited === button.id) return;
  event.preventDefault();
  event.stopPropagation();
  if (button.ariaBusy === "true") return; // tapped already
  taps.push(button.id);
  wait(button);
}, { capture: true });

document.addEventListener("htmx:beforeRequest", ({ detail: { elt, requestConfig } }) => {
  if (!elt.matches("[data-in-turn]")) return;
  awaited = requestConfig;
  wait(requestConfig.triggeringEvent.submitter);
});

function takeNext({ detail: { requestConfig } }) {
  if (!awaited || requestConfig !== awaited) return;
  awaited = document; // of one answer, several parts may settle
  requestConfig.triggeringEvent.submitter.removeAttribute("aria-busy");
  queueMicrotask(sendNext);
}

for (const answered of ["htmx:afterSettle", "htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(answered, takeNext);
}

/** What an answer warns of stays to be read beside the answers to the taps that waited for it. */
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  if (target.id === "flash" && inARow) fragment.prepend(...target.querySelectorAll(":scope > .is-warn, :scope > .is-bad"));
});

addEventListener("beforeunload", (event) => {
  if (taps.length) event.preventDefault();
});

/** A row of views that is wider than the screen shows the one that is open. */
function showOpenTab(root) {
  for (const open of root.querySelectorAll(".tabs [aria-current]")) {
    const row = open.closest("ul");
    const { left, right } = open.getBoundingClientRect();
    const frame = row.getBoundingClientRect();
    if (left < frame.left || right > frame.right) row.scrollLeft += (left + right - frame.left - frame.right) / 2;
  }
}

/** Buttons that only a script can serve are hidden until it is here. */
function enhance(root) {
  for (const holder of root.querySelectorAll("[data-copy]")) {
    const button = holder.querySelector("button");
    if (navigator.clipboard) button.hidden = false;
  }
  for (const button of root.querySelectorAll("[data-print], [data-tick-all]")) button.hidden = false;
}

/** Tick every box of a form; all ticked, none. */
function tickAll(button) {
  const boxes = [...button.form.elements].filter((one) => one.type === "checkbox" && one.name === button.dataset.tickAll);
  const ticked = boxes.some((box) => !box.checked);
  for (const box of boxes) box.checked = ticked;
  const { untick } = button.dataset;
  button.dataset.untick = button.textContent;
  button.textContent = untick;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy] button");
  if (button) {
    const field = button.closest("[data-copy]").querySelector("input");
    await navigator.clipboard.writeText(field.value);
    field.select();
    button.querySelector("span").textContent = button.dataset.copied;
  } else if (event.target.closest("[data-print]")) {
    window.print();
  } else if (event.target.closest("[data-tick-all]")) {
    tickAll(event.target.closest("[data-tick-all]"));
  }
});

// A second press on a slow network would send the same form twice; after a while it may be meant.
const PATIENCE_MS = 4_000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
  const pressed = Date.now();
  if (pressed - Number(form.dataset.sent ?? 0) < PATIENCE_MS) event.preventDefault();
  else form.dataset.sent = pressed;
});

document.addEventListener("htmx:load", (event) => {
  enhance(event.target);
  showOpenTab(event.target);
  focusNews(event.target);
});

enhance(document);
showOpenTab(document);
focusNews(document);

/** The name of a chosen file, in the place drawn for it. */
function sayFile(input) {
  const place = input.parentElement.querySelector("[data-file-name]");
  if (place) place.textContent = [...input.files].map((file) => file.name).join(", ");
}

document.addEventListener("change", (event) => {
  if (event.target.matches('input[type="file"]')) sayFile(event.target);
});

for (const input of document.querySelectorAll('input[type="file"]')) sayFile(input);

/** A line beside a number: each follows the other; the number alone is sent. */
function slide(root) {
  for (const line of root.querySelectorAll("[data-slides][hidden]")) {
    const number = document.getElementById(line.dataset.slides);
    line.hidden = false;
    line.addEventListener("input", () => (number.value = line.value));
    line.addEventListener("change", (event) => {
      event.stopPropagation();
      number.dispatchEvent(new Event("change", { bubbles: true }));
    });
    number.addEventListener("input", () => (line.value = number.value));
  }
}

slide(document);
