// Samples, side by side.

import { drawing, field, make, number } from "../elements.js";
import { thumbnail } from "../pictures.js";
import { Work } from "../work.js";

export const title = "Sample";

export function build(panel, model, index) {
  const work = new Work(index);
  const draw = drawing();
  const num = number("num", 16, { min: 1, max: 64, step: 1 });
  const go = make("button", { className: "act first" }, "Sample");
  const again = make("button", { type: "button", className: "act" }, "Next seed");
  const form = make("form", {}, field("Number", num), ...draw.fields, go, again, work.stop);
  const grid = make("ul", { className: "grid", "aria-label": "Samples" });
  panel.append(
    make("h2", {}, "Samples of the model"),
    make("p", {}, "A sample depends on the model, the seed and its number alone. Below each is its log-probability in nats."),
    form,
    work.element,
    grid,
  );

  function entry(image, at) {
    const canvas = thumbnail(image, model);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Sample ${at}`);
    return make("li", {}, canvas, make("span", {}, "…"));
  }

  const begin = () =>
    work.run("sample", { num: Number(num.value), ...draw.values() }, ({ first, images, log_prob: logProbs }) => {
      if (first === 0) grid.replaceChildren();
      if (images) grid.append(...images.map((image, at) => entry(image, first + at)));
      else logProbs.forEach((value, at) => { grid.children[at].lastChild.textContent = value.toFixed(1); });
    });

  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  again.addEventListener("click", () => { draw.controls.seed.stepUp(); begin(); });
  return { begin, end: () => work.cancel() };
}
