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

  function entry(image, logProb, at) {
    const canvas = thumbnail(image, model);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Sample ${at}`);
    return make("li", {}, canvas, make("span", {}, logProb.toFixed(1)));
  }

  const begin = () =>
    work.run("sample", { num: Number(num.value), ...draw.values() }, ({ images, log_prob: logProbs }) => {
      grid.replaceChildren(...images.map((image, at) => entry(image, logProbs[at], at)));
    });

  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  again.addEventListener("click", () => { draw.controls.seed.stepUp(); begin(); });
  return { begin, end: () => work.cancel() };
}
