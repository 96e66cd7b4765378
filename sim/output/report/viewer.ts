/**
 * Looks at one picture large, and blinks between the codecs at the same place. The report is whole
 * without it.
 *
 * @module
 */
import { Html } from "./html.ts";

/** The dialog that the script fills. */
export const VIEWER = new Html(`
<dialog id="viewer" aria-label="Picture, large">
<header><p aria-live="polite"></p>
<button type="button" data-step="-1">← previous</button>
<button type="button" data-step="1">next →</button>
<button type="button" data-size aria-pressed="false">actual pixels</button>
<button type="button" data-close>close</button></header>
<div><img alt=""></div>
</dialog>`);

/** The script of the page: all of it, and nothing of it comes from the results. */
export const SCRIPT = `
const viewer = document.getElementById("viewer");
const large = viewer.querySelector("img"), title = viewer.querySelector("p");
let pictures = [], shown = 0;
function show(index) {
  shown = (index + pictures.length) % pictures.length;
  large.src = pictures[shown].src;
  large.alt = pictures[shown].alt;
  title.textContent = pictures[shown].alt;
}
document.addEventListener("click", ({ target }) => {
  const whole = target.closest(".whole");
  if (!whole) return;
  pictures = [...whole.closest(".tiles").querySelectorAll(".whole img")];
  viewer.showModal();
  show(pictures.indexOf(whole.querySelector("img")));
});
viewer.addEventListener("click", ({ target }) => {
  const { step, size, close } = target.dataset;
  if (step) show(shown + Number(step));
  if (size !== undefined) {
    target.setAttribute("aria-pressed", String(viewer.classList.toggle("actual")));
  }
  if (close !== undefined) viewer.close();
});
viewer.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  show(shown + step);
});
`;
