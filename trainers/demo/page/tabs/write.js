// A text that goes on from a beginning, character by character.

import { drawing, field, make, number } from "../elements.js";
import { Work } from "../work.js";
import { SurpriseText, known } from "./text.js";

export const title = "Write";

const PER_SECOND = 40;

export function build(panel, model, index) {
  const work = new Work(index);
  const draw = drawing();
  const prime = make("textarea", { name: "prime", maxLength: 2000, value: known("First Citizen:\n", model) });
  const steps = number("steps", 300, { min: 1, max: 2000, step: 1 });
  const text = new SurpriseText("The text");
  const go = make("button", { className: "act first" }, "Write on");
  const form = make("form", {}, field("Beginning", prime, "full"), field("Characters", steps), ...draw.fields, go, work.stop);
  panel.append(
    make("h2", {}, "A text that goes on"),
    make("p", {}, "Each character is drawn from the distribution that the model gives it after all characters before."),
    form,
    work.element,
    ...text.parts,
  );
  let waiting = [], timer = 0;

  function show() {
    for (const { character, isGiven } of waiting.splice(0, Math.max(1, Math.ceil(waiting.length / 100)))) {
      text.add(character, isGiven);
    }
    panel.dataset.drawn = text.characters.length;
    work.stop.disabled = !work.running && !waiting.length;
    if (!work.running && !waiting.length) clearInterval(timer);
  }

  function begin() {
    text.clear();
    waiting = [];
    clearInterval(timer);
    const asked = { prime: prime.value, steps: Number(steps.value), ...draw.values() };
    const done = work.run("write", asked, ({ told, drawn }) => {
      waiting.push(...told.map((character) => ({ character, isGiven: !drawn })));
    });
    timer = setInterval(show, 1000 / PER_SECOND);
    return done;
  }

  function end() {
    work.cancel();
    waiting = [];
    clearInterval(timer);
  }

  work.stop.addEventListener("click", end);
  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  return { begin, end };
}
