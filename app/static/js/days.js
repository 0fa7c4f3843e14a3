// Days that are touched: keeps "4 jours choisis" right, and lets one tap take a whole column (every Tuesday).

/** The ticked days of a picker. */
function chosen(picker) {
  return picker.querySelectorAll(".day-input:checked").length;
}

/** Write how many days are chosen, in the sentences the page brought along. */
function count(picker) {
  const place = picker.querySelector("[data-count]");
  if (!place) return;
  const n = chosen(picker);
  const { none, one, many } = place.dataset;
  place.textContent = n === 0 ? none : n === 1 ? one : many.replace("{n}", n);
}

/** Take every free day of a column, or give all of them back when they are already taken. */
function takeColumn(month, weekday) {
  const days = [...month.querySelectorAll(`.day.is-free.on-${weekday} .day-input`)];
  const take = days.some((day) => !day.checked);
  for (const day of days) day.checked = take;
  days[0]?.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The headings of the columns become buttons for the mouse; the keyboard ticks days one by one. */
function makeHeadings(picker) {
  for (const heading of picker.querySelectorAll("span[data-weekday]")) {
    const month = heading.closest(".month");
    const button = document.createElement("button");
    button.type = "button";
    button.className = heading.className;
    button.textContent = heading.textContent;
    button.tabIndex = -1;
    button.setAttribute("aria-hidden", "true");
    button.addEventListener("click", () => takeColumn(month, heading.dataset.weekday));
    heading.replaceWith(button);
  }
}

/** Prepare the pickers of a page, or of the part of it that has just arrived. */
function prepare(root) {
  for (const picker of root.querySelectorAll("[data-days]")) {
    makeHeadings(picker);
    picker.addEventListener("change", () => count(picker));
    count(picker);
  }
}

document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) prepare(event.target);
});
prepare(document);
