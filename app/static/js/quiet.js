// A shared screen: after two quiet minutes the session ends; half a minute before, the person may say "I am here".

const dialog = document.getElementById("quiet");
const WARNING_MS = 30_000;
const QUIET_MS = Number(dialog.dataset.quietMinutes) * 60_000;
let lastSign = Date.now();

/** Somebody is there: start counting again, unless the question is already on the screen. */
function alive() {
  if (!dialog.open) lastSign = Date.now();
}

/** Ask when the time is nearly over, leave when it is. Real time is compared, since a sleeping tab misses ticks. */
function watch() {
  const quiet = Date.now() - lastSign;
  if (quiet >= QUIET_MS) {
    document.getElementById(dialog.dataset.signOut).submit();
  } else if (quiet >= QUIET_MS - WARNING_MS && !dialog.open) {
    dialog.showModal();
  }
}

for (const sign of ["pointerdown", "keydown", "scroll", "input"]) {
  document.addEventListener(sign, alive, { passive: true, capture: true });
}

dialog.addEventListener("close", () => {
  lastSign = Date.now();
});

setInterval(watch, 1_000);
