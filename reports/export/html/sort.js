"use strict";
// A click on a column's head sorts its table; another one turns the order round. Totals stay below.
const comparing = new Intl.Collator(document.documentElement.lang, { numeric: true });
function value(row, column) {
  const cell = row.cells[column];
  const given = cell.dataset.v ?? cell.textContent;
  return given.trim() === "" ? null : given;
}
function compare(a, b, direction) {
  if (a === null || b === null) return (a === null) - (b === null);
  const difference = a - b;
  return direction * (Number.isNaN(difference) ? comparing.compare(a, b) : difference);
}
document.addEventListener("click", (event) => {
  const head = event.target.closest("th");
  if (!head) return;
  const body = head.closest("table").tBodies[0];
  const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  const keyed = Array.from(body.rows, (row) => [value(row, head.cellIndex), row]);
  keyed.sort((a, b) => compare(a[0], b[0], direction));
  body.append(...keyed.map((pair) => pair[1]));
});
// What is folded away on the screen is printed, unless it would take dozens of pages.
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details")) each.open = Number(each.dataset.rows) <= 400;
});
